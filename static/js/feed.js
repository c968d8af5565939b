// The live feed: entries, newest on top, drawn from frames {id, kind, at, ref: {type, id}, data}.
import { clockTime, fullTime } from "./clock.js";

const NO_ID = "00000000-0000-0000-0000-000000000000";
const MOST_ROWS = 200;
const GRAVE = new Set(["extreme", "severe"]);
const ANNOUNCE_MS = 5000;

const json = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const sentences = json("sentences") ?? {};
const pages = json("pages") ?? {};
const quiet = new Set(json("quiet"));

/** What happened, in words: by the whole kind, or by its last part. */
export const sentence = (kind) => sentences[kind] ?? sentences[kind.split(".").pop()] ?? kind;
/** The page of what an entry is about, if it has one. */
const pageOf = (ref) => pages[ref.type]?.replace(NO_ID, ref.id) ?? null;

export function liveFeed({ list, scroller, bar, filter, empty, symbols, announcer, alarm }) {
  const template = document.getElementById("feed-row");
  let held = [];

  function row(frame, isNew) {
    const line = template.content.firstElementChild.cloneNode(true);
    const { data } = frame;
    line.dataset.id = frame.ref.id;
    line.dataset.type = frame.ref.type;
    line.classList.toggle("is-new", isNew);
    line.classList.toggle("is-grave", GRAVE.has(data.severity) && frame.kind === "incident.reported");
    const at = line.querySelector("time");
    at.dateTime = frame.at;
    at.textContent = clockTime(frame.at);
    at.title = fullTime(frame.at);
    line.querySelector("b").textContent = sentence(frame.kind);
    // Whose record it is: a frame does not tell who acted.
    const whose = line.querySelector(".feed-who");
    if (data.owner) whose.querySelector(".agency").textContent = data.owner;
    else whose.remove();
    const torn = line.querySelector(".feed-torn");
    if (data.tear_line_of_ref) torn.append(` ${data.tear_line_of_ref}`);
    else torn.remove();
    line.querySelector(".feed-ref").textContent = data.ref ?? data.code ?? "";
    const symbol = line.querySelector(".symbol");
    if (data.severity) {
      symbol.querySelector("use").setAttribute("href", `${symbols}#severity-${data.severity}`);
      line.classList.add(`mark-${data.severity}`);
    } else {
      symbol.remove();
    }
    const title = line.querySelector(".row-title");
    title.textContent = data.title ?? data.ref ?? "";
    const page = pageOf(frame.ref);
    if (page && data.title !== undefined) title.href = page;
    else title.replaceWith(Object.assign(document.createElement("span"), { className: "feed-plain", textContent: title.textContent }));
    return line;
  }

  const isWanted = (line) => !filter.value || line.dataset.type === filter.value;

  function put(frames, isNew) {
    for (const frame of frames) {
      const line = row(frame, isNew);
      line.hidden = !isWanted(line);
      list.prepend(line);
    }
    while (list.children.length > MOST_ROWS) list.lastElementChild.remove();
    empty.hidden = list.children.length > 0;
  }

  /** While somebody reads further down, new entries wait behind a bar: rows never jump. */
  const isReading = () => scroller.scrollTop > 8 || list.contains(document.activeElement);

  function add(frames) {
    const shown = frames.filter((frame) => !quiet.has(frame.kind));
    if (!shown.length) return;
    announce(shown);
    if (isReading()) {
      held.push(...shown);
      bar.querySelector("[data-count]").textContent = held.length;
      bar.hidden = false;
    } else {
      put(shown, true);
    }
  }

  function release() {
    put(held, true);
    held = [];
    bar.hidden = true;
    scroller.scrollTop = 0;
  }

  /** A record that is gone takes what the feed said of it along. */
  function forget(id) {
    held = held.filter((frame) => frame.ref.id !== id);
    unsaid = unsaid.filter((frame) => frame.ref.id !== id);
    for (const line of list.querySelectorAll(`[data-id="${CSS.escape(id)}"]`)) line.remove();
    for (const element of [announcer, alarm]) if (element.dataset.about === id) say(element, "", "");
  }

  // --- the announcer: one polite sentence in five seconds; an alarm for the extreme alone

  let unsaid = [];
  let saying = null;

  function announce(frames) {
    const extreme = frames.find((frame) => frame.data.severity === "extreme" && frame.kind === "incident.reported");
    if (extreme) say(alarm, extreme.ref.id, `${sentence(extreme.kind)}: ${extreme.data.title}`);
    unsaid.push(...frames);
    saying ??= setTimeout(sayUnsaid, ANNOUNCE_MS);
  }

  function say(element, about, text) {
    element.dataset.about = about;
    element.textContent = text;
  }

  function sayUnsaid() {
    const [first] = unsaid;
    if (unsaid.length > 1) say(announcer, "", `${unsaid.length} ${announcer.dataset.many}`);
    else if (first) say(announcer, first.ref.id, `${sentence(first.kind)}: ${first.data.title ?? first.data.ref ?? ""}`);
    unsaid = [];
    saying = null;
  }

  bar.addEventListener("click", release);
  scroller.addEventListener("scroll", () => {
    if (held.length && scroller.scrollTop <= 8 && !list.contains(document.activeElement)) release();
  });
  filter.addEventListener("change", () => {
    for (const line of list.children) line.hidden = !isWanted(line);
  });

  put(json("feed-entries") ?? [], false);
  return { add, forget };
}
