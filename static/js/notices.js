// Short messages at the edge of the page, made here or by the server.
const STAYS_MS = 8000;

/** Show one line of text; `kind` is info, success, warning or error. */
export function notify(text, kind = "info") {
  const area = document.getElementById("notices");
  if (!area || [...area.children].some((shown) => shown.firstChild?.textContent === text)) return;
  const notice = document.createElement("div");
  notice.className = `notice notice-${kind}`;
  if (kind === "error") notice.setAttribute("role", "alert");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "×");
  notice.append(words, close);
  area.append(notice);
  leaveLater(notice);
}

/** Take a message away after a while, but not from under the reader's hand; an error stays until it is closed. */
function leaveLater(notice) {
  if (notice.classList.contains("notice-error")) return;
  let timer = null;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => (notice.matches(":hover, :focus-within") ? wait() : notice.remove()), STAYS_MS);
  };
  for (const leaving of ["pointerleave", "focusout"]) notice.addEventListener(leaving, wait);
  wait();
}

/** A translated text from the page's shell. */
export function shellText(name) {
  return document.getElementById("failure-texts")?.dataset[name] ?? "";
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
});

for (const notice of document.querySelectorAll("#notices > .notice")) leaveLater(notice);
