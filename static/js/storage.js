// What this computer keeps for its officer. Without storage, as in a private window, all of it lasts for one page.

/** What is kept under a name, as `read` has its text; null for nothing. */
export function stored(name, read = (text) => text) {
  try {
    return read(localStorage.getItem(name));
  } catch {
    return null;
  }
}

/** Keep a text under a name; whether that was possible. */
export function store(name, text) {
  try {
    localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
