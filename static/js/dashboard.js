// The dashboard: the feed moves everything else. An event names what changed; lists and layers are fetched
// anew under the reader's own rights, positions move at once, and what was withdrawn goes at once.
import { follow } from "./connection.js";
import { liveBell } from "./bell.js";
import { boardTabs, wallBoard } from "./board.js";
import { bulkActions } from "./bulk.js";
import { consoleFilters, savedViews } from "./console-filters.js";
import { consoleKeys } from "./console-keys.js";
import { consolePanel } from "./console-panel.js";
import { startMap } from "./console-map.js";
import { liveFeed } from "./feed.js";
import { isInHand, isSomebodyHere, liveFragment } from "./fragments.js";
import { isGone } from "./live.js";
import { paint } from "./paint.js";
import { seldom } from "./seldom.js";
import { sinceYouLeft } from "./since.js";

const byId = (id) => document.getElementById(id);
const board = byId("board");
const { officer, agency, cursor } = board.dataset;
const list = byId("open-incidents");

let map = null;
const tabs = boardTabs(board, () => count([]));
const wall = wallBoard(document.querySelectorAll("[data-wall]"), { list, more: byId("wall-more") });

const filters = consoleFilters({
  slot: byId("console-filters"),
  count: board.querySelector("[data-filters-count]"),
  agency,
  unseen: (id) => Boolean(list.querySelector(`.tick[value="${CSS.escape(id)}"]`)),
  onChange: refilter,
});
savedViews({ box: byId("views"), officer, filters });

const feed = liveFeed({
  list: byId("feed"), scroller: byId("feed-scroll"), bar: board.querySelector('[data-held="feed"]'),
  filter: byId("feed-filter"), empty: byId("feed-empty"), older: byId("feed-older"),
  symbols: byId("map-sources").dataset.symbols, announcer: byId("announcer"), alarm: byId("alarm"),
  isWanted: filters.lets,
});
const incidents = liveFragment(list, board.querySelector('[data-held="incidents"]'), () => isInHand(list) && isSomebodyHere());
const patrols = liveFragment(byId("patrols-under-way"));
const bell = liveBell(byId("bell"));
const bulk = bulkActions({ panel: list, form: byId("bulk"), onSent: () => incidents.redraw() });
const panel = consolePanel(byId("chosen"), {
  onShown: (isShown) => board.toggleAttribute("data-chosen", isShown),
  onClose: () => choose(null),
  onSent: () => incidents.redraw(),
});
const since = sinceYouLeft({
  panel: byId("since"), officer, cursor,
  quiet: new Set(JSON.parse(byId("quiet").textContent)),
  choose: (id) => choose(id, { pan: true }),
});

// --- what an event changes

function gone(frame) {
  if (!isGone(frame)) return false;
  for (const part of [feed, incidents, patrols, since]) part.forget(frame.ref.id);
  panel.gone(frame.ref.id);
  map?.remove(frame.ref.id);
  return true;
}

// What changes while the map is on its way is loaded again when it is there.
const late = new Set();

function reload(...layers) {
  for (const name of layers) {
    if (map) map.refresh[name]();
    else late.add(name);
  }
}

const AFFECTS = {
  incident: () => {
    incidents.refresh();
    reload("incidents");
  },
  patrol: () => {
    patrols.refresh();
    reload("patrols", "tracks");
  },
  place: () => reload("places"),
  // The countdown on a row.
  escalation: () => incidents.refresh(),
};
const PLACES = new Set(["zone", "route", "checkpoint", "post"]);

const positions = seldom(() => patrols.refresh(), { least: 10_000, most: 10_000 });

function apply(frames) {
  const touched = new Set();
  const moves = new Map();
  for (const frame of frames) {
    if (gone(frame)) continue;
    const { type, id } = frame.ref;
    if (frame.kind === "patrol.moved") moves.set(id, frame.data);
    else if (PLACES.has(type)) touched.add("place");
    else if (AFFECTS[type]) touched.add(type);
    if (id === panel.incident) panel.refresh();
  }
  if (moves.size) {
    if (map?.move(moves).length !== 0) touched.add("patrol");
    else positions();
  }
  for (const type of touched) AFFECTS[type]();
  feed.add(frames);
  bell.hear(frames);
  count(frames);
  since.reached(frames.at(-1).cursor);
}

let waiting = [];

function take() {
  const lot = waiting;
  waiting = [];
  apply(lot);
}

// --- what waits to be acknowledged stands in the title; what is new in the feed, on its tab

const title = document.title;
let unread = 0;

list.addEventListener("htmx:afterSwap", () => {
  const { unseen, grave } = list.querySelector("[data-unseen]")?.dataset ?? {};
  const number = Number(unseen ?? 0);
  document.title = number ? `(${number}) ${title}` : title;
  const badge = board.querySelector("[data-unseen-count]");
  badge.hidden = !number;
  badge.querySelector("b").textContent = number;
  bell.wait(Number(grave ?? 0));
  feed.refilter();
});

function count(frames) {
  if (!document.hidden && tabs.isShown("feed")) unread = 0;
  else unread += frames.filter((frame) => frame.kind !== "patrol.moved").length;
  const badge = board.querySelector("[data-unread]");
  badge.hidden = !unread;
  badge.textContent = unread;
}
document.addEventListener("visibilitychange", () => count([]));

// --- filters

function refilter() {
  incidents.redraw();
  feed.refilter();
  reload("incidents");
}

board.addEventListener("htmx:configRequest", (event) => {
  if (event.target !== list && event.target.id !== "console-filters") return;
  for (const [name, value] of filters.chosen()) event.detail.parameters[name] = value;
});

// --- what is chosen stands in the address: it survives a reload, and "back" goes back

const inAddress = () => new URLSearchParams(location.search).get("incident");

function choose(id, { pan = false, item = null, isStep = true } = {}) {
  const incident = item === null || item.type === "incident" ? id : null;
  if (isStep && incident !== inAddress()) {
    const query = new URLSearchParams(location.search);
    if (incident) query.set("incident", incident);
    else query.delete("incident");
    history.pushState(null, "", query.size ? `?${query}` : location.pathname);
  }
  if (id === null) {
    panel.clear();
    tabs.back();
  } else {
    if (incident) panel.showIncident(incident);
    else panel.showItem(item);
    tabs.show("chosen");
  }
  map?.mark(id, { pan });
  for (const row of list.querySelectorAll("[data-id]")) row.classList.toggle("is-chosen", row.dataset.id === id);
}

const ID = /^[0-9a-f-]{36}$/i;

function chooseByAddress() {
  const id = inAddress();
  if (id !== panel.incident) choose(id && ID.test(id) ? id : null, { isStep: false });
}

addEventListener("popstate", () => {
  wall.draw();
  filters.draw();
  filters.redrawForm();
  refilter();
  chooseByAddress();
});

// A row opens beside the map; with a key held, or by the middle button, its page.
board.addEventListener("click", (event) => {
  const link = event.target.closest('#open-incidents a.row-title, #feed [data-type="incident"] a.row-title');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  choose(link.closest("[data-id]").dataset.id, { pan: true });
  if (tabs.isPhone) byId("chosen").querySelector("[data-unchoose]").focus();
});
list.addEventListener("htmx:afterSwap", () => {
  const row = panel.incident && list.querySelector(`[data-id="${CSS.escape(panel.incident)}"]`);
  row?.classList.add("is-chosen");
});

consoleKeys({ board, list, bulk, panel, tabs, wall, choose });
tabs.show(board.dataset.shown);
if (inAddress()) chooseByAddress();

follow(cursor, {
  onEvent(frame) {
    waiting.push(frame);
    paint(take);
  },
  onState: ({ state }) => (board.dataset.link = state),
});
startMap({ board, filters, choose, chosen: () => panel.incident }).then((made) => {
  map = made;
  reload(...late);
}).catch((error) => {
  console.error(error);
  byId("map-failed").hidden = false;
});
