// The live feed: entries, newest on top, drawn from frames {id, kind, at, ref: {type, id}, data}.
import { clockTime, fullTime } from "./clock.js";

const NO_ID = "00000000-0000-0000-0000-000000000000";
const MOST_ROWS = 200;
const GRAVE = new Set(["extreme", "severe"]);
const ANNOUNCE_MS = 5000;
const LOOK_AGAIN_MS = 1500;

const json = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
const sentences = json("sentences") ?? {};
const pages = json("pages") ?? {};
const quiet = new Set(json("quiet"));

/** What happened, in words: by the whole kind, or by its last part. */
export const sentence = (kind) => sentences[kind] ?? sentences[kind.split(".").pop()] ?? kind;
/** The page of what an entry is about, if it has one. */
const pageOf = (ref) => pages[ref.type]?.replace(NO_ID, ref.id) ?? null;

/** `isWanted({type, id, data})` says whether the console's filters let an entry through. */
export function liveFeed({ list, scroller, bar, filter, empty, older, symbols, announcer, alarm, isWanted }) {
  const template = document.getElementById("feed-row");
  const shownOf = new WeakMap(); // Each line's frame.
  let held = [];
  let waiting = 0;

  function row(frame, isNew) {
    const line = template.content.firstElementChild.cloneNode(true);
    const { data } = frame;
    line.dataset.id = frame.ref.id;
    line.dataset.type = frame.ref.type;
    shownOf.set(line, frame);
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

  function isShown(line) {
    const { ref, data } = shownOf.get(line);
    return (!filter.value || ref.type === filter.value) && isWanted({ ...ref, data });
  }

  function put(frames, isNew) {
    // More than there is room for is not even made.
    for (const frame of frames.slice(-MOST_ROWS)) {
      const line = row(frame, isNew);
      line.hidden = !isShown(line);
      list.prepend(line);
    }
    while (list.children.length > MOST_ROWS) {
      list.lastElementChild.remove();
      older.hidden = false;
    }
    tellEmpty();
  }

  const tellEmpty = () => (empty.hidden = [...list.children].some((line) => !line.hidden));

  function refilter() {
    for (const line of list.children) line.hidden = !isShown(line);
    tellEmpty();
  }

  /** While somebody reads, new entries wait behind a bar: rows never move under the pointer. */
  const isReading = () => scroller.scrollTop > 8 || scroller.matches(":hover") || list.contains(document.activeElement);

  function add(frames) {
    const shown = frames.filter((frame) => !quiet.has(frame.kind));
    if (!shown.length) return;
    announce(shown);
    if (isReading() || held.length) {
      held = [...held, ...shown].slice(-MOST_ROWS);
      waiting += shown.length;
      bar.querySelector("[data-count]").textContent = waiting;
      bar.hidden = false;
    } else {
      put(shown, true);
    }
  }

  function release() {
    put(held, true);
    held = [];
    waiting = 0;
    bar.hidden = true;
    scroller.scrollTop = 0;
  }

  const releaseIfFree = () => held.length && !isReading() && release();

  /** A record that is gone takes what the feed said of it along. */
  function forget(id) {
    const before = held.length;
    held = held.filter((frame) => frame.ref.id !== id);
    waiting -= before - held.length;
    bar.querySelector("[data-count]").textContent = waiting;
    bar.hidden = !held.length;
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
  // Nobody reads any more: the list goes on by itself.
  setInterval(releaseIfFree, LOOK_AGAIN_MS);
  filter.addEventListener("change", refilter);

  put(json("feed-entries") ?? [], false);
  return { add, forget, refilter };
}
