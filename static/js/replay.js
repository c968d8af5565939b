// The last hours again: patrols minute by minute and incidents as they began and ended, behind a slider.
import { fullTime } from "./clock.js";
import { notify, shellText } from "./notices.js";

const PAUSE_MS = 250; // Between two pictures while it plays.
const STEP_MS = 60e3; // How much passes from one to the next.
const LOST_MS = 30 * 60e3; // A patrol that was silent for longer is not shown.

/** The bar for `map`; `narrowed(address)` narrows incidents as the console does. */
export function replayBar({ bar, button, map, narrowed }) {
  const slider = bar.querySelector("input[type=range]");
  const hours = bar.querySelector("select");
  const said = bar.querySelector("output");
  const play = bar.querySelector("[data-play]");
  let past = null;
  let timer = null;

  async function load() {
    stop();
    bar.dataset.state = "loading";
    try {
      const [ways, incidents] = await Promise.all([
        answered(`${bar.dataset.ways}?hours=${hours.value}`),
        answered(narrowed(bar.dataset.incidents)),
      ]);
      past = { ...ways, since: Date.parse(ways.since), until: Date.parse(ways.until), incidents: incidents.features };
    } catch {
      notify(shellText("failed"), "error");
      close();
      return;
    }
    bar.dataset.state = past.is_cut ? "cut" : "ready";
    slider.min = 0;
    slider.max = Math.ceil((past.until - past.since) / STEP_MS);
    slider.value = 0;
    draw();
  }

  function draw() {
    if (!past) return;
    const at = Math.min(past.since + Number(slider.value) * STEP_MS, past.until);
    const time = fullTime(at);
    said.textContent = time;
    slider.setAttribute("aria-valuetext", time);
    map.play(at, { patrols: past.patrols.map((way) => placed(way, at)).filter(Boolean), incidents: begun(past.incidents, at) });
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.setAttribute("aria-pressed", "false");
  }

  function run() {
    if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      draw();
      if (Number(slider.value) >= Number(slider.max)) stop();
    }, PAUSE_MS);
    play.setAttribute("aria-pressed", "true");
  }

  function open() {
    bar.hidden = false;
    button.setAttribute("aria-expanded", "true");
    load();
  }

  function close() {
    stop();
    past = null;
    bar.hidden = true;
    button.setAttribute("aria-expanded", "false");
    map.play(null);
  }

  button.addEventListener("click", () => (bar.hidden ? open() : close()));
  bar.querySelector("[data-live]").addEventListener("click", () => {
    close();
    button.focus();
  });
  play.addEventListener("click", () => (timer ? stop() : run()));
  slider.addEventListener("input", () => {
    stop();
    draw();
  });
  hours.addEventListener("change", load);
}

async function answered(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

/** A patrol where it was at a moment: between two of its points on the straight line; null before the first. */
function placed({ times, places, ...patrol }, at) {
  const second = at / 1000;
  const next = firstAfter(times, second);
  if (next === 0) return null;
  const last = next - 1;
  if (at - times[last] * 1000 > LOST_MS) return null;
  const isBetween = next < times.length && (times[next] - times[last]) * 1000 <= LOST_MS;
  const share = isBetween ? (second - times[last]) / (times[next] - times[last]) : 0;
  const [from, to] = [places[last], places[isBetween ? next : last]];
  const coordinates = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
  const fixAt = isBetween ? at : times[last] * 1000;
  return {
    type: "Feature", id: patrol.id, geometry: { type: "Point", coordinates },
    properties: { ...patrol, state: "under_way", fix_at: new Date(fixAt).toISOString() },
  };
}

/** How many of ascending numbers are not above one. */
function firstAfter(numbers, one) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= one) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Incidents that had happened by then; those that were not over yet as open. */
function begun(incidents, at) {
  return incidents
    .filter(({ properties }) => Date.parse(properties.occurred_at) <= at)
    .map((feature) => {
      const overAt = Date.parse(feature.properties.over_at ?? "");
      const isOver = Number.isFinite(overAt) && overAt <= at;
      return { ...feature, properties: { ...feature.properties, state: isOver ? "resolved" : "responding" } };
    });
}
