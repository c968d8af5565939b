// On pages other than the dashboard: the link's state, and a bar when what the page shows has changed.
//
// <main data-watch="incident">: any record of that type; <… data-watch-id="uuid">: that record alone.
import { follow } from "./connection.js";

export function watchPage() {
  const watched = document.querySelector("[data-watch], [data-watch-id]");
  const drawnAt = Number(document.body.dataset.drawn) * 1000;
  const bar = document.getElementById("changed");

  function onEvent(frame) {
    if (!watched || frame.kind === "patrol.moved" || Date.parse(frame.at) <= drawnAt) return;
    const { watch, watchId } = watched.dataset;
    if (watchId ? frame.ref.id === watchId : frame.ref.type === watch) bar.hidden = false;
  }

  bar?.querySelector("button")?.addEventListener("click", () => location.reload());
  // Without a cursor the feed begins now; the page was drawn a moment ago.
  follow(null, { onEvent });
}
