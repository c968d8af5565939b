// OpenLayers on the offline base map: everything that every map of Karaul has.
import { SIGNS, palette } from "./map-style.js";

const sources = document.getElementById("map-sources")?.dataset ?? {};
const HOME = [70.6, 40.2]; // Between Osh and Dushanbe.
// West, south, east, north, as in patrols/region.py; the base map ends a little beyond.
const GROUND = [44.5, 33.3, 89.5, 56.5];
const MEMBERS = new Set(["KG", "TJ", "UZ", "KZ", "TM", "AF"]);
// How many people a town needs to be shown, by the map's resolution (metres per pixel).
const NAMES_FROM = 900; // Countries are named when the map is no closer than this.
const TOWNS = [[4000, 2e6], [2000, 8e5], [1200, 2.5e5], [700, 1e5], [350, 5e4], [180, 2.5e4], [0, 0]];
const MOST_MIDDLES = 200;
const NEAR_M = 140e3; // How far around its middle a first view looks.

let loading = null;

/** A word of the map in the reader's language, or the word itself. */
export const word = (name) => sources[name] ?? name;
/** The word of a value such as a severity or a state. */
export const valueWord = (value) =>
  sources[`word${value.charAt(0).toUpperCase()}${value.slice(1)}`] ?? sources[`word${value}`] ?? value.replaceAll("_", " ");

/** Load OpenLayers once; it is a classic script of one megabyte, wanted on few pages. */
export function loadOl() {
  loading ??= Promise.all([
    element("script", { src: sources.ol }),
    element("link", { rel: "stylesheet", href: sources.olCss }),
    element("link", { rel: "stylesheet", href: sources.mapCss }),
  ]).then(() => window.ol);
  return loading;
}

/** Add an element to the head and wait until it has loaded. */
function element(name, attributes) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.onload = resolve;
    made.onerror = () => reject(new Error(`${attributes.src ?? attributes.href} did not load`));
    document.head.append(made);
  });
}

const GEOJSON = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857" };

/** Read a GeoJSON object into features on the map's projection. */
export const readFeatures = (ol, geojson) => new ol.format.GeoJSON(GEOJSON).readFeatures(geojson);

/** Fetch GeoJSON from an address as such features; throws when they cannot be had. */
export async function fetchFeatures(ol, address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return readFeatures(ol, await answer.json());
}

function countries(ol) {
  const { Style, Fill, Stroke } = ol.style;
  const format = new ol.format.GeoJSON(GEOJSON);
  return new ol.layer.Vector({
    source: new ol.source.Vector({ url: sources.region, format }),
    style(feature, resolution) {
      const colours = palette();
      const isMember = MEMBERS.has(feature.get("iso"));
      const ground = new Style({
        fill: new Fill({ color: isMember ? colours.land : colours.far }),
        stroke: new Stroke({ color: colours.border, width: 1 }),
      });
      return resolution > NAMES_FROM && isMember ? [ground, countryName(ol, colours)] : ground;
    },
  });
}

const countryName = (ol, colours) =>
  new ol.style.Style({
    geometry: (feature) => {
      const shape = feature.getGeometry();
      const parts = shape.getType() === "MultiPolygon" ? shape.getPolygons() : [shape];
      return parts.reduce((most, part) => (part.getArea() > most.getArea() ? part : most)).getInteriorPoint();
    },
    renderer(pixel, { context: pen, feature, pixelRatio }) {
      pen.save();
      pen.font = `600 ${11 * pixelRatio}px ${colours.font}`;
      pen.letterSpacing = `${3 * pixelRatio}px`;
      pen.textAlign = "center";
      pen.fillStyle = colours.label;
      pen.globalAlpha = 0.45;
      pen.fillText(feature.get("name").toUpperCase(), ...pixel);
      pen.restore();
    },
  });

function towns(ol) {
  const { Style, Fill, Stroke, Text, Circle } = ol.style;
  const format = new ol.format.GeoJSON(GEOJSON);
  return new ol.layer.Vector({
    source: new ol.source.Vector({ url: sources.towns, format }),
    declutter: SIGNS,
    maxResolution: 6000,
    style(feature, resolution) {
      const population = feature.get("population");
      const isCapital = feature.get("kind") === "capital";
      const [, needed] = TOWNS.find(([limit]) => resolution >= limit);
      if (!isCapital && population < needed) return null;
      const colours = palette();
      const size = isCapital ? 12.5 : population > 3e5 ? 12 : 11;
      return new Style({
        zIndex: Math.round(population / 1e4) + (isCapital ? 1e4 : 0),
        image: new Circle({ radius: isCapital ? 2.5 : 1.8, fill: new Fill({ color: colours.label }) }),
        text: new Text({
          text: feature.get("name"),
          font: `${isCapital ? 600 : 400} ${size}px ${colours.font}`,
          fill: new Fill({ color: colours.label }),
          stroke: new Stroke({ color: colours.halo, width: 2.5 }),
          textAlign: "left",
          offsetX: 6,
          padding: [2, 3, 2, 3],
        }),
      });
    },
  });
}

function grid(ol) {
  const colours = palette();
  return new ol.layer.Graticule({
    visible: false,
    wrapX: false,
    showLabels: true,
    strokeStyle: new ol.style.Stroke({ color: colours.border, width: 0.75, lineDash: [2, 4] }),
    lonLabelStyle: labelStyle(ol, colours),
    latLabelStyle: labelStyle(ol, colours, "right"),
  });
}

const labelStyle = (ol, colours, textAlign = "center") =>
  new ol.style.Text({
    font: `11px ${colours.font}`,
    textAlign,
    fill: new ol.style.Fill({ color: colours.label }),
    stroke: new ol.style.Stroke({ color: colours.halo, width: 2 }),
  });

/** Make a map in `target` over the base map; returns {map, names, grid}. */
export function createMap(ol, target, { layers = [], isSmall = false } = {}) {
  const names = towns(ol);
  const lines = grid(ol);
  const controls = [
    new ol.control.Zoom({ zoomInTipLabel: word("zoomIn"), zoomOutTipLabel: word("zoomOut") }),
    new ol.control.ScaleLine({ minWidth: 70 }),
  ];
  if (!isSmall) {
    controls.push(
      new ol.control.MousePosition({
        projection: "EPSG:4326",
        coordinateFormat: readOut,
        placeholder: "",
      }),
    );
  }
  const map = new ol.Map({
    target,
    controls,
    layers: [countries(ol), lines, names, ...layers],
    view: new ol.View({
      center: ol.proj.fromLonLat(HOME), zoom: 6, maxZoom: 17, enableRotation: false,
      extent: ol.proj.transformExtent(GROUND, "EPSG:4326", "EPSG:3857"),
    }),
  });
  document.addEventListener("themechange", () => {
    for (const layer of map.getLayers().getArray()) layer.changed();
  });
  new ResizeObserver(() => map.updateSize()).observe(target);
  return { map, names, grid: lines };
}

/** Let a double click end a line that is drawn, instead of coming closer. */
export function endByDoubleClick(ol, map) {
  for (const one of map.getInteractions().getArray().slice()) {
    if (one instanceof ol.interaction.DoubleClickZoom) map.removeInteraction(one);
  }
}

/** "40.12345, 70.54321": latitude first, as officers say it. */
export const formatPlace = ([longitude, latitude], digits = 4) =>
  `${latitude.toFixed(digits)}, ${longitude.toFixed(digits)}`;

/** "40°01′12″N 70°36′36″E": degrees, minutes and seconds, as radios and paper maps have them. */
function sexagesimal([longitude, latitude]) {
  return `${angle(latitude, "N", "S")} ${angle(longitude, "E", "W")}`;
}

function angle(degrees, positive, negative) {
  const seconds = Math.round(Math.abs(degrees) * 3600);
  const two = (number) => String(number).padStart(2, "0");
  const [whole, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${whole}°${two(minutes)}′${two(rest)}″${degrees < 0 ? negative : positive}`;
}

/** A place in both writings, for the line under the pointer. */
const readOut = (place) => `${formatPlace(place)}  ${sexagesimal(place)}`;

/** Read "40.1, 70.5" (latitude, longitude); null when it is something else. */
export function parsePlace(text) {
  const parts = /^\s*(-?\d{1,2}(?:[.,]\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/.exec(text ?? "");
  if (!parts) return null;
  const [latitude, longitude] = [parts[1], parts[2]].map((number) => Number(number.replace(",", ".")));
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [longitude, latitude] : null;
}

/** Whether there is anything of the base map at a place. */
export const isOnGround = (ol, place) => ol.extent.containsCoordinate(GROUND, place);

/** Bring an extent into view, never closer than `maxZoom`. */
export function fit(ol, map, extent, { maxZoom = 10, padding = [64, 48, 48, 48] } = {}) {
  if (ol.extent.isEmpty(extent)) return;
  map.getView().fit(extent, { padding, maxZoom });
}

/** Of points, those around the one with most weight near it: what fits on a map that can still be read. */
export function densest(ol, features, weight) {
  const placed = features.map((feature) => [feature, ol.proj.toLonLat(feature.getGeometry().getCoordinates())]);
  const around = ([, middle]) => placed.filter(([, place]) => ol.sphere.getDistance(middle, place) < NEAR_M);
  const total = (group) => group.reduce((sum, [feature]) => sum + weight(feature), 0);
  // Of very many a part is tried as the middle: where most are, one of them is.
  const tried = placed.filter((_one, n) => n % Math.ceil(placed.length / MOST_MIDDLES || 1) === 0);
  const groups = tried.map(around);
  const most = groups.reduce((best, group) => (total(group) > total(best) ? group : best), []);
  return new Set(most.map(([feature]) => feature));
}
