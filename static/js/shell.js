// What every page does: requests, keys, forms, the clock, small maps, the link to the feed.
import "./htmx-setup.js";
import "./keys.js";
import "./choices.js";
import "./forms.js";
import "./here.js";
import "./asks.js";
import "./clock.js";
import "./countdown.js";
import "./copy.js";

async function startMaps() {
  if (!document.querySelector("[data-map-point], [data-map-track], [data-map-picker]")) return;
  const { start } = await import("./map-parts.js");
  await start();
}

await startMaps();
document.addEventListener("newmaps", startMaps);
// The dashboard follows the feed itself, from the cursor it was drawn with.
if (document.getElementById("connection") && !document.getElementById("board")) {
  const { watchPage } = await import("./page-watch.js");
  watchPage();
}
if (document.getElementById("log-lines")) {
  const { watchReading } = await import("./read-log.js");
  watchReading();
}
