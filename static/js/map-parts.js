// Small maps on other pages: [data-map-point="lat, lon"], [data-map-track=URL of GeoJSON],
// [data-map-picker="name of an input"] where a click writes "lat, lon".
import { createMap, fit, formatPlace, loadOl, parsePlace, readFeatures } from "./map-base.js";
import { LADDER, incidentStyle, palette, placeStyle, ringStyle, sectionStyle, trackStyle } from "./map-style.js";

const SELECTOR = "[data-map-point], [data-map-track], [data-map-picker]";
const CLOSE = 11;

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
  if (feature.get("severity")) {
    const alone = new ol.Feature({ features: [feature] });
    return incidentStyle(ol)(alone);
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
}

async function track(ol, target) {
  const { map, source } = vectorMap(ol, target, (feature, resolution) => look(ol, feature, resolution));
  const inline = target.dataset.mapTrack.startsWith("#") && document.querySelector(target.dataset.mapTrack);
  try {
    const geojson = inline
      ? JSON.parse(inline.textContent)
      : await (await fetch(target.dataset.mapTrack, { headers: { Accept: "application/json" } })).json();
    source.addFeatures(readFeatures(ol, geojson));
  } catch {
    target.dataset.failed = "yes";
  }
  if (!source.isEmpty()) fit(ol, map, source.getExtent(), { maxZoom: 13, padding: [32, 32, 32, 32] });
}

function picker(ol, target) {
  const input = document.querySelector(`[name="${CSS.escape(target.dataset.mapPicker)}"]`);
  if (!input) return;
  const { map, source } = vectorMap(ol, target, () => markStyle(ol));

  function put(place, { pan }) {
    source.clear();
    if (!place) return;
    const at = ol.proj.fromLonLat(place);
    source.addFeature(new ol.Feature(new ol.geom.Point(at)));
    if (pan) {
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
    put(place, { pan: false });
  });
  input.addEventListener("change", () => put(parsePlace(input.value), { pan: true }));
  put(parsePlace(input.value), { pan: true });
}
