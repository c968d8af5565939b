// Rows of a list, one [data-id] each, renewed where they stand: nothing moves, and the focus stays.
const rowsOf = (root) => [...root.querySelectorAll("[data-id]")];
const rowOf = (root, id) => root.querySelector(`[data-id="${CSS.escape(id)}"]`);

/** What a row says, without the times that the page itself goes on writing. */
function said(part) {
  const copy = part.cloneNode(true);
  for (const time of copy.querySelectorAll("time")) {
    time.textContent = "";
    time.removeAttribute("title");
  }
  return copy.outerHTML;
}

/** Take over each part of a row that says something else now. */
function renew(row, fresh) {
  row.classList.toggle("is-over", fresh.classList.contains("is-over"));
  const parts = [...row.children];
  for (const [n, part] of [...fresh.children].entries()) {
    if (said(parts[n]) === said(part)) continue;
    const hadFocus = parts[n].contains(document.activeElement);
    parts[n].replaceWith(part);
    if (hadFocus) row.querySelector("a")?.focus({ preventScroll: true });
  }
}

/** Bring the rows in `panel` to what `fresh` says of them, and its first line, which counts. */
export function renewRows(panel, fresh) {
  const count = panel.querySelector("[data-unseen]");
  const counted = fresh.querySelector("[data-unseen]");
  if (count && counted) count.replaceWith(counted);
  for (const row of rowsOf(panel)) {
    const now = rowOf(fresh, row.dataset.id);
    if (now) renew(row, now);
  }
}

/** The ids on the screen of which `fresh` says nothing. */
export const lacking = (panel, fresh) =>
  rowsOf(panel).map((row) => row.dataset.id).filter((id) => !rowOf(fresh, id));

/** The severities of what is in `fresh` and not on the screen yet. */
export const newcomers = (panel, fresh) =>
  rowsOf(fresh).filter((row) => !rowOf(panel, row.dataset.id)).map((row) => row.dataset.severity);

/** Remember which row has the focus: returns what gives it back after the list was drawn anew. */
export function markOf(panel) {
  const id = document.activeElement?.closest("[data-id]")?.dataset.id;
  if (!id || !panel.contains(document.activeElement)) return null;
  return () => rowOf(panel, id)?.querySelector("a")?.focus({ preventScroll: true });
}
