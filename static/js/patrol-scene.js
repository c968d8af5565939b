// A patrol's page: what it says and shows of "where it is" follows the positions.
import { refreshAges } from "./clock.js";

/** Redraw the words from the page as it is now, and the map from its own address. */
export function redrawScene(page) {
  const [shown, now] = [document, page].map((one) => one.getElementById("scene"));
  if (!shown || !now) return;
  shown.querySelector(".scene").replaceWith(now.querySelector(".scene"));
  refreshAges(shown);
  const map = shown.querySelector("[data-map-track]");
  if (map) {
    map.dispatchEvent(new Event("refresh"));
    return;
  }
  // There was nothing to draw before the first position.
  shown.append(...now.querySelectorAll("[data-map-track]"));
  document.dispatchEvent(new Event("newmaps"));
}
