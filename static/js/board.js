// The board's shape: which of its parts a smaller screen shows, and the wall board, which shows them large.

const WIDE = matchMedia("(min-width: 1200px)");
const PHONE = matchMedia("(max-width: 767.98px)");

/** The tabs of `board`; `onShow()` after each change. Returns {show, back, isShown, isPhone}. */
export function boardTabs(board, onShow) {
  let before = null; // What stood where the chosen thing stands now.

  function show(name) {
    if (name === "chosen" && board.dataset.shown !== "chosen") before = board.dataset.shown;
    board.dataset.shown = name;
    for (const tab of board.querySelectorAll("[data-tab]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
    }
    onShow();
  }

  board.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab) show(tab.dataset.tab);
  });
  return {
    show,
    /** Back from what was chosen to what stood there before. */
    back: () => board.dataset.shown === "chosen" && show(before ?? "incidents"),
    /** Whether a part can be seen now. */
    isShown: (name) => WIDE.matches || board.dataset.shown === name || (name === "map" && !PHONE.matches),
    get isPhone() {
      return PHONE.matches;
    },
  };
}

/**
 * The wall board: on by `?wall` in the address, so that a screen on a wall can be started with it. Nobody scrolls there:
 * of `list` whole rows are shown, and `more` says how many there is no room for.
 */
export function wallBoard(buttons, { list, more }) {
  const isOn = () => new URLSearchParams(location.search).has("wall");

  function draw() {
    document.body.classList.toggle("wall", isOn());
    for (const button of buttons) button.setAttribute("aria-pressed", String(isOn()));
    fit();
    dispatchEvent(new Event("resize")); // The map has another size.
  }

  function fit() {
    const rows = [...list.querySelectorAll("[data-row]")];
    for (const row of rows) row.classList.remove("is-beyond");
    more.hidden = true;
    if (!isOn() || list.scrollHeight <= list.clientHeight) return;
    more.hidden = false; // It takes room itself.
    const end = list.getBoundingClientRect().bottom;
    const beyond = rows.filter((row) => row.getBoundingClientRect().bottom > end);
    for (const row of beyond) row.classList.add("is-beyond");
    more.querySelector("b").textContent = `+${beyond.length}`;
  }

  function toggle() {
    const query = new URLSearchParams(location.search);
    if (isOn()) query.delete("wall");
    else query.set("wall", "");
    history.pushState(null, "", query.size ? `?${query}`.replace(/wall=(&|$)/, "wall$1") : location.pathname);
    draw();
  }

  for (const button of buttons) button.addEventListener("click", toggle);
  list.addEventListener("htmx:afterSwap", fit);
  addEventListener("resize", fit);
  draw();
  return { toggle, draw, isOn };
}
