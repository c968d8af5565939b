// The sign in the bar: is the page live, and how old is the last word from the server.
import { callsHear } from "./calls.js";
import { shortAge } from "./clock.js";
import { connect } from "./live.js";
import { paint } from "./paint.js";

const chip = document.getElementById("connection");
const TEXTS = { open: "live", polling: "polling", connecting: "connecting", offline: "offline", ended: "offline" };

let now = { state: "connecting", lastAt: null };

function draw() {
  if (!chip) return;
  const shown = TEXTS[now.state] ?? "connecting";
  const age = now.lastAt === null ? "" : shortAge(now.lastAt);
  chip.hidden = false;
  chip.dataset.state = shown;
  put(chip.querySelector(".connection-word"), chip.dataset[shown]);
  put(chip.querySelector(".connection-age"), age);
  chip.title = [chip.dataset[shown], age && `${chip.dataset.since} ${age}`].filter(Boolean).join(". ");
}

/** Nothing is drawn that stands there already. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Open the feed from `cursor` and show its state; `handlers` as in live.js. */
export function follow(cursor, handlers = {}) {
  const feed = connect({
    cursor,
    ...handlers,
    onEvent(frame) {
      callsHear(frame);
      handlers.onEvent?.(frame);
    },
    onState(next) {
      now = next;
      paint(draw);
      handlers.onState?.(next);
    },
  });
  setInterval(() => paint(draw), 1000);
  return feed;
}
