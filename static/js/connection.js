// The sign in the bar: is the page live, and how old is the last word from the server.
import { shortAge } from "./clock.js";
import { connect } from "./live.js";

const chip = document.getElementById("connection");
const TEXTS = { open: "live", polling: "polling", connecting: "connecting", offline: "offline", ended: "offline" };

let now = { state: "connecting", lastAt: null };

function draw() {
  if (!chip) return;
  const shown = TEXTS[now.state] ?? "connecting";
  chip.hidden = false;
  chip.dataset.state = shown;
  chip.querySelector(".connection-word").textContent = chip.dataset[shown];
  chip.querySelector(".connection-age").textContent = now.lastAt === null ? "" : shortAge(now.lastAt);
  chip.title = now.lastAt === null ? "" : `${chip.dataset.since} ${shortAge(now.lastAt)}`;
}

/** Open the feed from `cursor` and show its state; `handlers` as in live.js. */
export function follow(cursor, handlers = {}) {
  const feed = connect({
    cursor,
    ...handlers,
    onState(next) {
      now = next;
      draw();
      handlers.onState?.(next);
    },
  });
  setInterval(draw, 1000);
  return feed;
}
