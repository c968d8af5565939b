// Short messages at the edge of the page.

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
  if (kind !== "error") setTimeout(() => notice.remove(), 8000);
}

/** A translated text from the page's shell. */
export function shellText(name) {
  return document.getElementById("failure-texts")?.dataset[name] ?? "";
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
});
