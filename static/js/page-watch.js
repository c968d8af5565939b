// On pages other than the dashboard: the link's state, and a bar that says what has changed since the page was drawn.
//
// <main data-watch="incident">: any record of that type; <… data-watch-id="uuid">: that record alone.
// What changed is found by fetching the page anew, under the reader's own rights, and comparing its parts.
import { follow } from "./connection.js";
import { seldom } from "./map.js";

const MOST_NAMED = 6;

export function watchPage() {
  const watched = document.querySelector("[data-watch], [data-watch-id]");
  const drawnAt = Number(document.body.dataset.drawn) * 1000;
  const bar = document.getElementById("changed");
  const shown = parts(document);

  const look = seldom(async () => {
    const now = await anew();
    const names = now && differing(shown, parts(now));
    // A list is not touched by what its filters leave out.
    bar.hidden = names?.length === 0;
    bar.querySelector("[data-what]").textContent = names ? words(names) : "";
  });

  function onEvent(frame) {
    if (!watched || frame.kind === "patrol.moved" || Date.parse(frame.at) <= drawnAt) return;
    const { watch, watchId } = watched.dataset;
    if (watchId ? frame.ref.id === watchId : frame.ref.type === watch) look();
  }

  bar?.querySelector("button")?.addEventListener("click", () => location.reload());
  // Without a cursor the feed begins now; the page was drawn a moment ago.
  follow(null, { onEvent });
}

/** The page as it is now; null when it cannot be had, as after a form that came back with its errors. */
async function anew() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    return answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
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
    if (rows) put(said(card.querySelector("h2")), rows);
  }
  return found;
}

/** An element's words without its forms, and without ages, which pass by themselves. */
function said(element) {
  const copy = element?.cloneNode(true);
  for (const other of copy?.querySelectorAll("form, details, [data-age]") ?? []) other.remove();
  return (copy?.textContent ?? "").replace(/\s+/g, " ").trim();
}

const differing = (before, after) =>
  [...new Set([...after.keys(), ...before.keys()])].filter((name) => before.get(name) !== after.get(name));

const words = (names) => names.slice(0, MOST_NAMED).join(" · ") + (names.length > MOST_NAMED ? " …" : "");
