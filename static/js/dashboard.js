// The dashboard: the feed moves everything else. An event names what changed; lists and layers are fetched
// anew under the reader's own rights, positions move at once, and what was withdrawn goes at once.
import { follow } from "./connection.js";
import { liveBell } from "./bell.js";
import { chosenPanel } from "./chosen.js";
import { liveFeed } from "./feed.js";
import { liveFragment } from "./fragments.js";
import { coalesce, isGone } from "./live.js";
import { operationalMap } from "./map.js";
import { mapList } from "./map-list.js";

const byId = (id) => document.getElementById(id);
const board = byId("board");
const symbols = byId("map-sources").dataset.symbols;

const feed = liveFeed({
  list: byId("feed"), scroller: byId("feed-scroll"), bar: board.querySelector('[data-held="feed"]'),
  filter: byId("feed-filter"), empty: byId("feed-empty"), symbols,
  announcer: byId("announcer"), alarm: byId("alarm"),
});
const incidents = liveFragment(byId("open-incidents"), board.querySelector('[data-held="incidents"]'));
const patrols = liveFragment(byId("patrols-under-way"));
const bell = liveBell(byId("bell"));
let map = null;

// --- what an event changes

function gone(frame) {
  if (!isGone(frame)) return false;
  feed.forget(frame.ref.id);
  incidents.forget(frame.ref.id);
  patrols.forget(frame.ref.id);
  map?.remove(frame.ref.id);
  return true;
}

const AFFECTS = {
  incident: () => {
    incidents.refresh();
    map?.refresh.incidents();
  },
  patrol: () => {
    patrols.refresh();
    map?.refresh.patrols();
    map?.refresh.tracks();
  },
  place: () => map?.refresh.places(),
};
const PLACES = new Set(["zone", "route", "checkpoint", "post"]);

const moved = { patrol: coalesce(() => patrols.refresh(), 10_000) };

function apply(frames) {
  const touched = new Set();
  for (const frame of frames) {
    if (gone(frame)) continue;
    const { type, id } = frame.ref;
    if (frame.kind === "patrol.moved" && map?.move(id, frame.data)) moved.patrol(id);
    else if (PLACES.has(type)) touched.add("place");
    else if (AFFECTS[type]) touched.add(type);
  }
  for (const type of touched) AFFECTS[type]();
  feed.add(frames);
  bell.hear(frames);
  count(frames);
}

// --- unread: in the title while nobody looks, and on the tab of the feed

const title = document.title;
let unread = 0;

function count(frames) {
  const isSeen = !document.hidden && (board.dataset.shown === "feed" || matchMedia("(min-width: 1200px)").matches);
  unread = isSeen ? 0 : unread + frames.filter((frame) => frame.kind !== "patrol.moved").length;
  drawUnread();
}

function drawUnread() {
  document.title = unread ? `(${unread}) ${title}` : title;
  const badge = board.querySelector("[data-unread]");
  badge.hidden = !unread;
  badge.textContent = unread;
}

function seen() {
  if (document.hidden) return;
  if (board.dataset.shown === "feed" || matchMedia("(min-width: 1200px)").matches) unread = 0;
  drawUnread();
}
document.addEventListener("visibilitychange", seen);

// --- tabs of the small screen

board.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (!tab) return;
  board.dataset.shown = tab.dataset.tab;
  for (const other of board.querySelectorAll("[data-tab]")) {
    other.setAttribute("aria-pressed", String(other === tab));
  }
  seen();
});
if (matchMedia("(min-width: 768px)").matches) board.dataset.shown = "incidents";

// --- the map, its tools, its list, what is chosen

const chosen = chosenPanel(byId("chosen"), () => map?.choose(null));

async function startMap() {
  const list = mapList(byId("map-list"), { onChoose: (id) => map?.choose(id, { pan: true }) });
  const listButton = board.querySelector("[data-map-list]");
  map = await operationalMap(byId("map"), {
    onChoose(item) {
      chosen.show(item);
      if (item && board.dataset.shown === "map" && matchMedia("(max-width: 1199.98px)").matches) chosen.asSheet();
    },
    onFailed: (isFailed) => (byId("map-failed").hidden = !isFailed),
    onData: () => map && list.show(map.items()),
  });
  list.show(map.items());
  board.querySelector("[data-map-fit]").addEventListener("click", map.fitAll);
  // One of the two is open at a time, for they lie over each other.
  const layers = board.querySelector(".map-layers");
  const isListed = () => listButton.getAttribute("aria-expanded") === "true";
  function toggleList(isShown) {
    if (isShown) layers.open = false;
    listButton.setAttribute("aria-expanded", String(isShown));
    list.show(map.items());
    list.toggle(isShown);
  }
  listButton.addEventListener("click", () => toggleList(!isListed()));
  layers.addEventListener("toggle", () => layers.open && isListed() && toggleList(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    if (layers.open) {
      layers.open = false;
      layers.querySelector("summary").focus();
    } else if (isListed()) {
      toggleList(false);
      listButton.focus();
    }
  });
  for (const box of board.querySelectorAll("[data-layer]")) {
    box.addEventListener("change", () => map.show(box.dataset.layer, box.checked));
  }
  // A row that is pointed at, or has the focus, is ringed on the map.
  for (const [come, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    board.addEventListener(come, (event) => {
      const row = event.target.closest?.("[data-id]");
      if (row) map.point(row.dataset.id);
    });
    board.addEventListener(leave, () => map.point(null));
  }
}

follow(board.dataset.cursor, { onEvent: coalesce(apply) });
startMap().catch((error) => {
  console.error(error);
  byId("map-failed").hidden = false;
});
