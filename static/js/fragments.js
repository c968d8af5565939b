// Lists that a higher application draws: fetched anew when something changed, without moving under the pointer.
import { seldom } from "./seldom.js";

const STILL_MS = 1500;

/** Refresh the fragment in `panel` on demand; `bar` is shown while the reader's hand is on the list. */
export function liveFragment(panel, bar = null) {
  let handAt = -Infinity;
  let isWaiting = false;
  let known = null;

  const isHandOn = () => Date.now() - handAt < STILL_MS || panel.contains(document.activeElement) && panel !== document.activeElement;

  function run() {
    if (isHandOn()) {
      isWaiting = true;
      if (bar) bar.hidden = false;
      setTimeout(() => isWaiting && request(), STILL_MS);
      return;
    }
    isWaiting = false;
    if (bar) bar.hidden = true;
    window.htmx.trigger(panel, "refresh");
  }

  const request = seldom(run);

  panel.addEventListener("pointermove", () => (handAt = Date.now()));
  panel.addEventListener("pointerleave", () => (handAt = -Infinity));
  bar?.addEventListener("click", () => {
    handAt = -Infinity;
    document.activeElement?.blur();
    run();
  });

  panel.addEventListener("htmx:afterSwap", () => {
    const rows = [...panel.querySelectorAll("[data-id]")];
    const ids = new Set(rows.map((row) => row.dataset.id));
    if (known) for (const row of rows) row.classList.toggle("is-new", !known.has(row.dataset.id));
    known = ids;
  });

  return {
    refresh: request,
    forget(id) {
      for (const row of panel.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) row.remove();
    },
  };
}
