// The console's map: its tools, its list, and how it and the rest of the board point at each other.
import { operationalMap } from "./map.js";
import { mapList } from "./map-list.js";
import { measuring } from "./map-measure.js";
import { replayBar } from "./replay.js";

const byId = (id) => document.getElementById(id);

/** Build it; `choose(id, {item})` when something on it is chosen, `chosen()` is the incident that is. */
export async function startMap({ board, filters, choose, chosen }) {
  let map = null;
  let measure = null;
  const list = mapList(byId("map-list"), { onChoose: (id) => map?.choose(id, { pan: true }) });
  map = await operationalMap(byId("map"), {
    onChoose(item) {
      if (measure?.isMeasuring) return;
      // A click on open ground leaves what is chosen.
      if (item) choose(item.id, { item });
    },
    onFailed: (isFailed) => (byId("map-failed").hidden = !isFailed),
    onData() {
      if (map) list.show(map.items());
    },
    narrowed: (name, address) => (name === "incidents" ? filters.narrowed(address) : address),
  });
  list.show(map.items());
  if (chosen()) map.mark(chosen(), { pan: true });
  measure = measuring({ ol: map.ol, map: map.map, box: board.querySelector(".map-measures"), said: byId("measured") });
  replayBar({ bar: byId("replay"), button: board.querySelector("[data-replay]"), map, narrowed: filters.narrowed });
  board.querySelector("[data-map-fit]").addEventListener("click", map.fitAll);
  tools(board, map, list, measure);
  pointing(board, map);
  // Until now a click on them would have done nothing.
  for (const button of board.querySelectorAll(".map-tools > :disabled")) button.disabled = false;
  return map;
}

/** Layers, measures and the list lie over each other: one is open at a time; Escape closes it. */
function tools(board, map, list, measure) {
  const folds = [...board.querySelectorAll(".map-tools details")];
  const button = board.querySelector("[data-map-list]");
  const isListed = () => button.getAttribute("aria-expanded") === "true";

  function toggleList(isShown) {
    if (isShown) for (const fold of folds) fold.open = false;
    button.setAttribute("aria-expanded", String(isShown));
    list.show(map.items());
    list.toggle(isShown);
  }

  button.addEventListener("click", () => toggleList(!isListed()));
  for (const fold of folds) {
    fold.addEventListener("toggle", () => {
      if (!fold.open) return;
      if (isListed()) toggleList(false);
      for (const other of folds) if (other !== fold) other.open = false;
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const fold = folds.find((one) => one.open);
    if (measure.isMeasuring) {
      measure.clear();
    } else if (fold) {
      fold.open = false;
      fold.querySelector("summary").focus();
    } else if (isListed()) {
      toggleList(false);
      button.focus();
    } else {
      return;
    }
    event.preventDefault();
  });
  for (const box of board.querySelectorAll("[data-layer]")) {
    box.addEventListener("change", () => map.show(box.dataset.layer, box.checked));
  }
}

/** A row that is pointed at, or has the focus, is ringed on the map. */
function pointing(board, map) {
  for (const [come, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    board.addEventListener(come, (event) => {
      const row = event.target.closest?.("[data-id]");
      if (row) map.point(row.dataset.id);
    });
    board.addEventListener(leave, () => map.point(null));
  }
}
