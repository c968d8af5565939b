// On pages other than the dashboard: the link's state, and a bar that says what has changed since the page was drawn.
//
// <main data-watch="incident">: any record of that type, or of one of several; <… data-watch-id="uuid">: that record alone.
// What changed is found by fetching the page anew, under the reader's own rights, and comparing its parts. A record
// is fetched from its own address, data-watch-at: a form that came back stands at another. If the reader no longer
// sees it, nothing of it stays, and data-watch-list is the way on.
// <… data-follow="incident.logged">, a part that htmx fetches on "refresh", draws itself anew at events of these kinds.
// <… data-live>, a calendar or a list, draws itself anew instead, unless the reader's hand is on it: then the bar asks.
import { follow } from "./connection.js";
import { isWritten, liveFragment, outlivesSession } from "./fragments.js";
import { isGone, reload } from "./live.js";
import { notify, shellText } from "./notices.js";
import { redrawScene } from "./patrol-scene.js";
import { seldom } from "./seldom.js";

const MOST_NAMED = 6;

export function watchPage() {
  const watched = document.querySelector("[data-watch], [data-watch-id]");
  const drawnAt = Number(document.body.dataset.drawn) * 1000;
  const bar = document.getElementById("changed");
  const shown = parts(document);
  const { watch, watchId, watchAt = location.href, watchList } = watched?.dataset ?? {};
  const types = (watch ?? "").split(" ");
  const list = watched?.dataset.live === undefined ? null : liveFragment(watched, bar);
  let isOver = false;

  /** Hand on the page as it is now (null: it cannot be had); a record that is not there any more goes. */
  const anew = (use) => async () => {
    const { page, isMissing } = await fetched(watchAt);
    if (isOver) return;
    if (isMissing && watchId) withdraw();
    else use(page);
  };

  const look = seldom(anew((page) => {
    const names = page && differing(shown, parts(page));
    // A list is not touched by what its filters leave out.
    bar.hidden = names?.length === 0;
    bar.querySelector("[data-what]").textContent = names ? words(names) : "";
  }));
  const move = seldom(anew((page) => page && redrawScene(page)));

  function withdraw() {
    isOver = true;
    bar.hidden = true;
    bar.querySelector("[data-what]").textContent = "";
    leaveNothing(watchAt, watchList);
  }

  function onEvent(frame) {
    if (!watched || isOver || Date.parse(frame.at) <= drawnAt) return;
    const isMove = frame.kind === "patrol.moved";
    if (list) {
      if (!types.includes(frame.ref.type) || isMove) return;
      if (isGone(frame)) list.forget(frame.ref.id);
      list.refresh();
    } else if (watchId !== frame.ref.id) {
      if (!watchId && types.includes(frame.ref.type) && !isMove) look();
    } else if (isGone(frame)) withdraw();
    else if (isMove) move();
    else if (!redraw(frame.kind)) look();
  }

  // Not a reload: that would send a form that came back once more.
  bar?.querySelector("button")?.addEventListener("click", () => {
    if (list) return;
    if (new URL(watchAt, location.href).href === location.href) location.reload();
    else location.assign(watchAt);
  });
  // A part that is not there when it draws itself anew says that the record is gone, too.
  document.addEventListener("htmx:responseError", (event) => {
    const isPart = event.target.closest?.("[data-follow]");
    if (watchId && isPart && event.detail.xhr.status === 404) withdraw();
  });
  // Without a cursor the feed begins now; the page was drawn a moment ago.
  // What is being written is worth more than a fresh page, be it after hours without a signal or at the session's end;
  // but a record stays on no screen whose session is over.
  follow(null, {
    onEvent,
    onResync: () => (isWritten() ? look() : reload()),
    onEnded: () => (outlivesSession() ? notify(shellText("over"), "error") : reload()),
  });
}

/** Let the parts that follow a kind of event draw themselves anew; whether there are any. */
function redraw(kind) {
  const panels = [...document.querySelectorAll(`[data-follow~="${kind}"]`)];
  for (const panel of panels) window.htmx.trigger(panel, "refresh");
  return panels.length > 0;
}

/** The page at an address as it is now: null when it cannot be had, as at the end of a session. */
async function fetched(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const isHad = answer.ok && !answer.redirected;
    const page = isHad ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    return { page, isMissing: answer.status === 404 };
  } catch {
    return { page: null, isMissing: false };
  }
}

/** Put one plain sentence in the place of all that the page says of its record. */
function leaveNothing(address, list) {
  const unseen = document.getElementById("unseen");
  const said = unseen.content.cloneNode(true);
  if (list) said.querySelector("a").href = list;
  const main = document.getElementById("main");
  main.replaceChildren(said);
  main.focus();
  document.getElementById("notices").replaceChildren();
  document.title = unseen.dataset.title;
  history.replaceState(null, "", address);
}

/** What a page shows, by the name that it has there: [data-part], facts, rows of lists and of cards. */
function parts(page) {
  const found = new Map();
  const put = (name, element) => {
    const text = said(element);
    if (name && text) found.set(name, `${found.get(name) ?? ""}${text}\n`);
  };
  for (const element of page.querySelectorAll("main [data-part]")) put(element.dataset.part, element);
  for (const term of page.querySelectorAll("main dl.facts dt")) put(said(term), term.nextElementSibling);
  for (const row of page.querySelectorAll("main tr[data-id]")) put(said(row.querySelector("a")), row);
  for (const card of page.querySelectorAll("main section.card")) {
    const rows = card.querySelector(".rows");
    if (rows && !rows.closest("[data-follow], [hx-trigger='load']")) put(said(card.querySelector("h2")), rows);
  }
  return found;
}

/** An element's words without its forms, and without ages, which pass by themselves. */
function said(element) {
  const copy = element?.cloneNode(true);
  for (const other of copy?.querySelectorAll("form, details, [data-age], [data-until]") ?? []) other.remove();
  return (copy?.textContent ?? "").replace(/\s+/g, " ").trim();
}

const differing = (before, after) =>
  [...new Set([...after.keys(), ...before.keys()])].filter((name) => before.get(name) !== after.get(name));

const words = (names) => names.slice(0, MOST_NAMED).join(" · ") + (names.length > MOST_NAMED ? " …" : "");
