// Small maps on other pages: [data-map-point="lat, lon"], [data-map-track=URL of GeoJSON],
// [data-map-picker="name of an input"] where a click writes "lat, lon"; what else is written comes from the field's echo.
// data-uncertainty: within how many metres a point is sure.
import { shortAge } from "./clock.js";
import { createMap, fetchFeatures, fit, formatPlace, isOnGround, loadOl, parsePlace, readFeatures } from "./map-base.js";
import { goHome } from "./map-home.js";
import { LADDER, incidentStyle, palette, patrolStyle, placeStyle, ringStyle, sectionStyle, trackStyle } from "./map-style.js";

const SELECTOR = "[data-map-point], [data-map-track], [data-map-picker]";
const CLOSE = 11;
const LEAST_M = 50; // A smaller circle would be hidden by the sign in it.
const NARROW = matchMedia("(max-width: 991.98px)");

export async function start() {
  const targets = [...document.querySelectorAll(SELECTOR)].filter((target) => !target.dataset.mapReady);
  if (!targets.length) return;
  const ol = await loadOl();
  for (const target of targets) {
    target.dataset.mapReady = "yes";
    target.classList.add("map-small");
    target.tabIndex = 0;
    if (target.dataset.mapPicker !== undefined) picker(ol, target);
    else if (target.dataset.mapTrack !== undefined) track(ol, target);
    else point(ol, target);
  }
}

function vectorMap(ol, target, style) {
  const source = new ol.source.Vector();
  const layer = new ol.layer.Vector({ source, style });
  const { map } = createMap(ol, target, { layers: [layer], isSmall: true });
  return { map, source };
}

function look(ol, feature, resolution) {
  const type = feature.getGeometry().getType();
  if (feature.get("doubt")) return doubtStyle(ol);
  if (feature.get("severity")) {
    const alone = new ol.Feature({ features: [feature] });
    return incidentStyle(ol)(alone);
  }
  const kind = feature.get("kind");
  if (kind === "patrol") return patrolStyle(ol, shortAge)(feature, resolution);
  if (kind === "route" || kind === "checkpoint" || kind === "post") {
    feature.set("type", kind, true);
    return kind === "checkpoint" ? [...markStyle(ol)] : placeStyle(ol)(feature, resolution);
  }
  if (type === "Point") return [...markStyle(ol)];
  if (feature.get("status")) return sectionStyle(ol)(feature, resolution);
  if (type === "Polygon" || type === "MultiPolygon") {
    feature.set("type", "zone", true);
    return placeStyle(ol)(feature, resolution);
  }
  return trackStyle(ol)(feature);
}

function markStyle(ol) {
  const { Style, Circle, Fill, Stroke } = ol.style;
  const theme = palette();
  return [
    ringStyle(ol)(),
    new Style({
      image: new Circle({
        radius: 6, fill: new Fill({ color: theme.patrol }), stroke: new Stroke({ color: theme.surface, width: 2 }),
      }),
    }),
  ];
}

function point(ol, target) {
  const place = parsePlace(target.dataset.mapPoint);
  if (!place) return;
  const { map, source } = vectorMap(ol, target, (feature, resolution) => look(ol, feature, resolution));
  const severity = LADDER.includes(target.dataset.severity) ? target.dataset.severity : undefined;
  const at = ol.proj.fromLonLat(place);
  source.addFeature(new ol.Feature({ geometry: new ol.geom.Point(at), severity }));
  map.getView().setCenter(at);
  map.getView().setZoom(9);
  const doubt = circleOf(ol, place, target.dataset.uncertainty);
  if (!doubt) return;
  source.addFeature(doubt);
  fit(ol, map, doubt.getGeometry().getExtent(), { maxZoom: 11, padding: [40, 40, 40, 40] });
}

/** The ground within which a place is sure, so many metres around it; null if that is not known, or a point on any map. */
function circleOf(ol, place, metres) {
  if (!(Number(metres) > LEAST_M)) return null;
  const circle = ol.geom.Polygon.circular(place, Number(metres), 96);
  return new ol.Feature({ geometry: circle.transform("EPSG:4326", "EPSG:3857"), doubt: true });
}

function doubtStyle(ol) {
  const { Style, Stroke, Fill } = ol.style;
  const { text } = palette();
  return new Style({ stroke: new Stroke({ color: text, width: 1.5, lineDash: [4, 4] }), fill: new Fill({ color: `${text}14` }) });
}

async function track(ol, target) {
  const { map, source } = vectorMap(ol, target, (feature, resolution) => look(ol, feature, resolution));
  const inline = target.dataset.mapTrack.startsWith("#") && document.querySelector(target.dataset.mapTrack);

  async function draw() {
    try {
      const features = inline
        ? readFeatures(ol, JSON.parse(inline.textContent))
        : await fetchFeatures(ol, target.dataset.mapTrack);
      source.clear(true);
      source.addFeatures(features);
      delete target.dataset.failed;
    } catch {
      target.dataset.failed = "yes";
    }
  }

  const fitAll = () => fit(ol, map, extentOf(ol, source.getFeatures()), { maxZoom: 13, padding: [60, 32, 44, 32] });

  function isInView() {
    const last = source.getFeatures().find((feature) => feature.get("kind") === "patrol");
    return last && ol.extent.containsExtent(map.getView().calculateExtent(), last.getGeometry().getExtent());
  }

  await draw();
  fitAll();
  // The map follows the patrol out of view, unless the reader looks elsewhere; the first position is always shown.
  target.addEventListener("refresh", async () => {
    const isFirst = !source.getFeatures().some((feature) => feature.get("kind") === "patrol");
    const follows = isFirst || isInView();
    await draw();
    if (follows && !isInView()) fitAll();
  });
}

/** The ground to look at: a zone counts only where nothing else is drawn in it. */
function extentOf(ol, features) {
  const shaped = features.filter((feature) => feature.getGeometry());
  const inner = shaped.filter((feature) => feature.get("kind") !== "zone");
  const extent = ol.extent.createEmpty();
  for (const feature of inner.length ? inner : shaped) ol.extent.extend(extent, feature.getGeometry().getExtent());
  return extent;
}

function picker(ol, target) {
  const input = document.querySelector(`[name="${CSS.escape(target.dataset.mapPicker)}"]`);
  if (!input) return;
  besideField(target, input);
  const { map, source } = vectorMap(ol, target, (feature) => (feature.get("doubt") ? doubtStyle(ol) : markStyle(ol)));
  // The agency's posts, to find one's way by.
  const posts = new ol.source.Vector();
  map.getLayers().insertAt(3, new ol.layer.Vector({ source: posts, style: placeStyle(ol) }));

  function put(place, { pan, uncertainty }) {
    source.clear();
    if (!place) return;
    const at = ol.proj.fromLonLat(place);
    source.addFeature(new ol.Feature(new ol.geom.Point(at)));
    const doubt = circleOf(ol, place, uncertainty);
    if (doubt) source.addFeature(doubt);
    // Beyond the region the map has nothing to show: it stays where it is, and the echo says so.
    if (pan && isOnGround(ol, place)) {
      map.getView().setCenter(at);
      map.getView().setZoom(Math.max(map.getView().getZoom(), CLOSE - 2));
    }
  }

  map.on("singleclick", (event) => {
    const place = ol.proj.toLonLat(event.coordinate);
    input.value = formatPlace(place, 5);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    put(place, { pan: false });
  });
  target.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const place = ol.proj.toLonLat(map.getView().getCenter());
    input.value = formatPlace(place, 5);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    put(place, { pan: false });
  });
  input.addEventListener("change", () => parsePlace(input.value) && put(parsePlace(input.value), { pan: true }));
  const isInView = (place) =>
    place && ol.extent.containsCoordinate(map.getView().calculateExtent(), ol.proj.fromLonLat(place));
  // Other systems are read by the server: it echoes the point, and how sure it is.
  const echo = echoOf(input);
  let isHome = false;
  function follow() {
    const read = echo?.querySelector("[data-point]");
    const isAwaited = echo && !echo.childElementCount && input.value;
    if (!isHome || isAwaited) return;
    const place = parsePlace(read?.dataset.point ?? input.value);
    put(place, { pan: !isInView(place), uncertainty: read?.dataset.uncertainty });
  }
  echo?.addEventListener("htmx:afterSettle", follow);
  goHome(ol, map).then((features) => {
    posts.addFeatures(features);
    isHome = true;
    follow();
  });
}

const echoOf = (input) => input.parentElement.querySelector(".place-echo");

/** On a small screen the map stands below the field that it fills, not after the whole form. */
function besideField(target, input) {
  const home = document.createComment("map");
  target.before(home);
  const arrange = () => (NARROW.matches ? (echoOf(input) ?? input).after(target) : home.after(target));
  NARROW.addEventListener("change", arrange);
  arrange();
}
