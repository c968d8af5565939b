// Lists that a higher application draws: fetched anew when something changed, without moving under the pointer.
import { paint } from "./paint.js";
import { lacking, markOf, newcomers, renewRows } from "./rows.js";
import { seldom } from "./seldom.js";

const LOOK_AGAIN_MS = 1500;
// After so long without pointer or key nobody is at the screen.
const AWAY_MS = 60_000;

let inputAt = Date.now();
for (const input of ["pointermove", "pointerdown", "wheel", "keydown", "touchmove"]) {
  addEventListener(input, () => (inputAt = Date.now()), { capture: true, passive: true });
}

/** Whether somebody moved a pointer or pressed a key in the last minute. */
export const isSomebodyHere = () => Date.now() - inputAt < AWAY_MS;

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

/** Whether somebody has begun to write on this page. */
export const isWritten = () => isWrittenIn(document.getElementById("main"));

/** Whether the page outlives its session for what is being written in it: with data-outlives it shows no record. */
export const outlivesSession = () => isWritten() && document.querySelector("[data-outlives]") !== null;

/**
 * A way to ask for `run` that waits while `isHeld()`; meanwhile each request calls `look`, which by default shows `bar`.
 * Returns {request(), now()}.
 */
export function unlessInHand(bar, run, isHeld, look = () => bar && (bar.hidden = false)) {
  let isWaiting = false;

  function attempt() {
    if (!isHeld()) {
      now();
      return;
    }
    look();
    if (isWaiting) return;
    isWaiting = true;
    waitOn();
  }

  function waitOn() {
    setTimeout(() => {
      if (!isWaiting) return;
      if (isHeld()) waitOn();
      else now();
    }, LOOK_AGAIN_MS);
  }

  function now() {
    isWaiting = false;
    if (bar) bar.hidden = true;
    run();
  }

  return { request: seldom(attempt), now };
}

/** Say in `bar` how many wait behind it and how many of them are the worst; of none, that something has changed. */
function tellWaiting(bar, severities) {
  const worst = Object.keys(bar.dataset).find((one) => severities.includes(one));
  bar.hidden = false;
  bar.classList.toggle("has-count", severities.length > 0);
  bar.querySelector("[data-count]").textContent = severities.length || "";
  const many = severities.filter((one) => one === worst).length;
  bar.querySelector("[data-worst]").textContent = worst ? `, ${many} ${bar.dataset[worst]}` : "";
}

/**
 * Refresh the fragment in `panel` on demand; `bar` is shown while the reader's hand is on the list. With `data-also`,
 * the name under which rows are asked for that left the list, those on the screen are renewed in their place meanwhile.
 */
export function liveFragment(panel, bar = null, isHeld = lately(panel)) {
  const { also } = panel.dataset;
  const fetchAnew = () => window.htmx.trigger(panel, "refresh");
  let known = null;
  let isInPlace = false; // What comes next renews rows where they stand.
  // Draws asked for, and those that the list on the screen has: one that is awaited nothing makes less of.
  let [asked, drawn] = [0, 0];
  let latest = null; // The answer that is drawn at the next paint.
  let held = null; // Gives the focus back to the row that had it.
  let missed = []; // Rows on the screen that the last answer had not.
  const refresh = unlessInHand(bar, draw, isHeld, also ? renew : undefined);

  function draw() {
    isInPlace = false;
    asked += 1;
    missed = [];
    fetchAnew();
  }

  function renew() {
    isInPlace = drawn === asked;
    fetchAnew();
  }

  function renewed(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const told = missed;
    missed = lacking(panel, fresh);
    // Of what left the list the next answer tells how it stands; of what one no longer sees it does not.
    if (missed.some((id) => !told.includes(id))) {
      fetchAnew();
      return;
    }
    paint(() => {
      if (!isInPlace) return;
      for (const id of missed) forget(id);
      missed = [];
      renewRows(panel, fresh);
      const news = newcomers(panel, fresh);
      if (news.length || told.length) tellWaiting(bar, news);
      // All that follows a list that was drawn follows this too.
      window.htmx.trigger(panel, "htmx:afterSwap", { isInPlace: true });
    });
  }

  function forget(id) {
    for (const row of panel.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) row.remove();
  }

  panel.addEventListener("htmx:configRequest", (event) => {
    if (event.target === panel && isInPlace && missed.length) event.detail.parameters[also] = missed;
  });

  panel.addEventListener("htmx:beforeSend", (event) => {
    if (event.target === panel) event.detail.xhr.asked = asked;
  });

  bar?.addEventListener("click", () => {
    panel.scrollTop = 0;
    refresh.now();
  });

  // All lists that changed are drawn at the same moment.
  panel.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== panel || !event.detail.shouldSwap) return;
    if (isInPlace) {
      event.detail.shouldSwap = false;
      renewed(event.detail.serverResponse);
      return;
    }
    event.detail.shouldSwap = false;
    latest = event.detail;
    paint(put);
  });

  /** Draw the answer that came last: htmx's own delay may put an older one over it. */
  function put() {
    drawn = latest.xhr.asked;
    held = markOf(panel);
    const how = { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 };
    const more = { select: panel.getAttribute("hx-select"), contextElement: panel, eventInfo: latest };
    window.htmx.swap(panel, latest.serverResponse, how, more);
  }

  panel.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.isInPlace) return;
    held?.();
    held = null;
    const rows = [...panel.querySelectorAll("[data-id]")];
    const ids = new Set(rows.map((row) => row.dataset.id));
    if (known) for (const row of rows) row.classList.toggle("is-new", !known.has(row.dataset.id));
    known = ids;
  });

  return {
    refresh: refresh.request,
    /** At once, whoever holds it: the reader asked for something else. */
    redraw: refresh.now,
    forget,
  };
}
