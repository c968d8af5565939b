// Where the reader's agency works: maps on which a place is chosen or drawn begin there.
import { densest, fetchFeatures, fit } from "./map-base.js";

const address = document.getElementById("map-sources")?.dataset.home;
const NEAR = 11; // Never closer than this at first.

/** Look at where most of the agency's posts are, or at its zones; returns these as features with their `type`. */
export async function goHome(ol, map) {
  let features = [];
  try {
    features = await fetchFeatures(ol, address);
  } catch {
    return features; // The map stays where every map begins.
  }
  for (const feature of features) feature.set("type", feature.get("kind"), true);
  const posts = features.filter((feature) => feature.getGeometry().getType() === "Point");
  const shown = posts.length ? densest(ol, posts, () => 1) : features;
  const extent = ol.extent.createEmpty();
  for (const feature of shown) ol.extent.extend(extent, feature.getGeometry().getExtent());
  fit(ol, map, extent, { maxZoom: NEAR, padding: [32, 32, 32, 32] });
  return features;
}
