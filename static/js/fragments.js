// Lists that a higher application draws: fetched anew when something changed, without moving under the pointer.
import { untilPaint } from "./paint.js";
import { seldom } from "./seldom.js";

const LOOK_AGAIN_MS = 1500;

const holdsFocus = (panel) => panel.contains(document.activeElement) && panel !== document.activeElement;

/** Whether somebody reads or works in a pane: pointer, focus, a place further down, a form begun. */
export const isInHand = (panel) =>
  holdsFocus(panel) || panel.matches(":hover") || panel.scrollTop > 8 || isWrittenIn(panel);

/** The same of what fills the page, over which a pointer always rests: focus, or a pointer that moved just now. */
function lately(panel) {
  let handAt = -Infinity;
  panel.addEventListener("pointermove", () => (handAt = Date.now()));
  panel.addEventListener("pointerleave", () => (handAt = -Infinity));
  return () => Date.now() - handAt < LOOK_AGAIN_MS || holdsFocus(panel);
}

/** Whether something in it was filled in and not sent, or a question stands open. */
export function isWrittenIn(panel) {
  const controls = panel.querySelectorAll("textarea, input:not([type=hidden], [type=checkbox], [type=radio])");
  return [...controls].some((one) => one.value !== one.defaultValue) || Boolean(panel.querySelector("details[open] form"));
}

/**
 * A way to ask for `run` that waits while `isHeld()`; meanwhile `bar` is shown, with how many new
 * things wait behind it, if that is known. Returns {request(news = 0), now()}.
 */
export function unlessInHand(bar, run, isHeld) {
  let isWaiting = false;
  let waiting = 0;

  function attempt() {
    if (isHeld()) {
      isWaiting = true;
      tell();
      setTimeout(() => isWaiting && attempt(), LOOK_AGAIN_MS);
      return;
    }
    now();
  }

  function now() {
    isWaiting = false;
    waiting = 0;
    if (bar) bar.hidden = true;
    run();
  }

  function tell() {
    if (!bar) return;
    bar.hidden = false;
    const count = bar.querySelector("[data-count]");
    if (!count) return;
    count.textContent = waiting || "";
    bar.classList.toggle("has-count", waiting > 0);
  }

  const soon = seldom(attempt);
  return {
    request(news = 0) {
      waiting += news;
      if (isWaiting) tell();
      else soon();
    },
    now,
  };
}

/** Refresh the fragment in `panel` on demand; `bar` is shown while the reader's hand is on the list. */
export function liveFragment(panel, bar = null, isHeld = lately(panel)) {
  let known = null;
  const refresh = unlessInHand(bar, () => window.htmx.trigger(panel, "refresh"), isHeld);

  bar?.addEventListener("click", () => {
    panel.scrollTop = 0;
    refresh.now();
  });

  // All lists that changed are drawn at the same moment.
  panel.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== panel || !event.detail.shouldSwap) return;
    const how = panel.getAttribute("hx-swap") ?? "innerHTML";
    event.detail.swapOverride = `${how} swap:${Math.round(untilPaint())}ms settle:0ms`;
  });

  panel.addEventListener("htmx:afterSwap", () => {
    const rows = [...panel.querySelectorAll("[data-id]")];
    const ids = new Set(rows.map((row) => row.dataset.id));
    if (known) for (const row of rows) row.classList.toggle("is-new", !known.has(row.dataset.id));
    known = ids;
  });

  return {
    refresh: refresh.request,
    /** At once, whoever holds it: the reader asked for something else. */
    redraw: refresh.now,
    forget(id) {
      for (const row of panel.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) row.remove();
    },
  };
}
