// "What changed since you were here": at log-in, from the place in the feed that this officer's page had reached.
import { clockTime, shortAge } from "./clock.js";
import { sentence } from "./feed.js";
import { isGone } from "./live.js";
import { store, stored } from "./storage.js";

const AWAY_MS = 10 * 60e3; // Who was away for less has missed nothing.
const PAGE = 200;
const MOST_PAGES = 5;
const MOST_ROWS = 100;

/** The record that an event tells of: an escalation is one about an incident. */
const aboutOf = ({ ref, data }) => (data.incident ? { type: "incident", id: data.incident } : ref);

/** Frames by the record that they are about; the order of both is kept. */
function grouped(frames) {
  const groups = new Map();
  for (const frame of frames) {
    const { id } = aboutOf(frame);
    groups.set(id, [...(groups.get(id) ?? []), frame]);
  }
  return groups;
}

/**
 * Show in `panel` what came while the officer was away, grouped by what it is about; `choose(id)` when an incident is
 * picked. Returns {reached(cursor), forget(id)}: call the first with each new place in the feed.
 *
 * The place is kept on this computer, under the officer's name. It is opaque, and what came after it is asked for under
 * the rights of whoever is logged in.
 */
export function sinceYouLeft({ panel, officer, cursor, quiet, choose }) {
  const LEFT_AT = `karaul.left.${officer}`;
  let place = cursor;

  const mark = () => store(LEFT_AT, JSON.stringify({ cursor: place, at: Date.now() }));

  /** What came after a place, the newest first: if there is too much of it, the oldest is what is left out. */
  async function missed(after) {
    const found = [];
    const query = new URLSearchParams({ order: "newest", after, limit: PAGE, without: [...quiet].join(",") });
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await fetch(`/api/v1/events/?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return { found, isCut: found.length > 0 };
      const { results, cursor: reached } = await answer.json();
      found.push(...results);
      if (results.length < PAGE) return { found, isCut: false };
      query.set("before", reached);
    }
    return { found, isCut: true };
  }

  async function show(left) {
    const { found, isCut } = await missed(left.cursor);
    const groups = grouped(found.filter((frame) => !isGone(frame)));
    if (!groups.size) return;
    const rows = [...groups.values()].slice(0, MOST_ROWS).map(row);
    panel.querySelector("[data-since]").textContent = shortAge(left.at);
    panel.querySelector("ol").replaceChildren(...rows);
    panel.querySelector("[data-more]").hidden = !isCut && groups.size <= MOST_ROWS;
    panel.hidden = false;
  }

  function row(frames) {
    const [{ at }] = frames; // The newest.
    const ref = aboutOf(frames[0]);
    const { data } = frames.find((frame) => frame.ref.id === ref.id) ?? frames[0];
    const line = Object.assign(document.createElement("li"), { className: "row-item" });
    line.dataset.id = ref.id;
    const name = data.title ?? data.ref ?? data.code ?? "";
    const head = Object.assign(document.createElement(ref.type === "incident" ? "button" : "span"), { textContent: name });
    head.className = "since-title";
    if (ref.type === "incident") {
      head.type = "button";
      head.addEventListener("click", () => choose(ref.id));
    }
    const time = Object.assign(document.createElement("time"), { className: "num muted", dateTime: at, textContent: clockTime(at) });
    const what = Object.assign(document.createElement("div"), { className: "row-sub", textContent: words(frames) });
    const top = Object.assign(document.createElement("div"), { className: "row-main" });
    const who = Object.assign(document.createElement("span"), { className: "agency", textContent: data.owner ?? "" });
    top.append(head, who, time);
    line.append(top, what);
    return line;
  }

  function words(frames) {
    const counted = new Map();
    for (const { kind } of [...frames].reverse()) counted.set(sentence(kind), (counted.get(sentence(kind)) ?? 0) + 1);
    return [...counted].map(([text, times]) => (times > 1 ? `${text} ×${times}` : text)).join(" · ");
  }

  panel.querySelector("[data-close]").addEventListener("click", () => (panel.hidden = true));
  const left = stored(LEFT_AT, JSON.parse);
  if (left?.cursor && left.cursor !== cursor && Date.now() - left.at > AWAY_MS) show(left).catch(() => {});
  mark();
  setInterval(mark, 60e3);
  addEventListener("pagehide", mark);
  return {
    reached(next) {
      place = next;
    },
    /** A record that is gone takes what was said of it along. */
    forget(id) {
      for (const line of panel.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) line.remove();
    },
  };
}
