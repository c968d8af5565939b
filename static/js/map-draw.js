// A map to draw a shape on: [data-map-draw="id of a text field"] with data-draws Polygon, LineString or Point.
//
// The text field, GeoJSON, is what is sent; map and field are kept in step. The server checks what was drawn.
import { createMap, fetchFeatures, fit, loadOl, readFeatures } from "./map-base.js";
import { goHome } from "./map-home.js";
import { SIGNS, palette, placeStyle, sectionStyle } from "./map-style.js";

const DIGITS = 6;
const PROJECTIONS = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857", decimals: DIGITS };

/** The line that is drawn, and a handle at each of its points. */
function drawnStyle(ol) {
  const { Style, Circle, Fill, Stroke } = ol.style;
  return () => {
    const { focus, surface } = palette();
    const handle = new Circle({ radius: 6, fill: new Fill({ color: surface }), stroke: new Stroke({ color: focus, width: 2.5 }) });
    return [
      new Style({ stroke: new Stroke({ color: focus, width: 3 }), fill: new Fill({ color: `${focus}22` }), image: handle, zIndex: 20 }),
      new Style({ image: handle, geometry: corners(ol), zIndex: 21 }),
    ];
  };
}

const corners = (ol) => (feature) => {
  const shape = feature.getGeometry();
  const depth = { Point: 0, LineString: 1, Polygon: 2 }[shape.getType()];
  if (!depth) return shape;
  return new ol.geom.MultiPoint(depth === 2 ? shape.getCoordinates().flat() : shape.getCoordinates());
};

/** What is around, drawn lightly: other places and the border. */
async function surroundings(ol, source, address) {
  try {
    const features = await fetchFeatures(ol, address);
    for (const feature of features) feature.set("type", feature.get("kind"), true);
    source.addFeatures(features);
  } catch {
    // One can draw without.
  }
}

function aroundStyle(ol) {
  const place = placeStyle(ol);
  const section = sectionStyle(ol);
  return (feature, resolution) =>
    (feature.get("type") === "border_section" ? section : place)(feature, resolution);
}

/** Join the parts into one geometry, or take one apart. */
const joined = (ol, shapes) =>
  shapes.length > 1 ? new ol.geom.MultiPolygon(shapes.map((shape) => shape.getCoordinates())) : shapes[0];
const parts = (shape) => (shape.getType() === "MultiPolygon" ? shape.getPolygons() : [shape]);

async function drawing(target) {
  const field = document.getElementById(target.dataset.mapDraw);
  const { draws, around } = target.dataset;
  const box = target.closest(".draw");
  const button = (name) => box.querySelector(`[data-draw="${name}"]`);
  const ol = await loadOl();
  target.tabIndex = 0;
  target.classList.add("map-small");

  const source = new ol.source.Vector();
  const others = new ol.source.Vector();
  const { map } = createMap(ol, target, {
    layers: [
      new ol.layer.Vector({ source: others, style: aroundStyle(ol), declutter: SIGNS, opacity: 0.7 }),
      new ol.layer.Vector({ source, style: drawnStyle(ol) }),
    ],
  });
  // A double click ends a line here.
  for (const one of map.getInteractions().getArray().slice()) {
    if (one instanceof ol.interaction.DoubleClickZoom) map.removeInteraction(one);
  }
  const modify = new ol.interaction.Modify({ source, style: drawnStyle(ol), pixelTolerance: 14 });
  const draw = new ol.interaction.Draw({ source, type: draws, style: drawnStyle(ol), condition: isPlain });
  map.addInteraction(modify);
  map.addInteraction(draw);
  map.addInteraction(new ol.interaction.Snap({ source }));

  const earlier = [];

  function isPlain(event) {
    return event.originalEvent.button === 0 && !event.originalEvent.altKey;
  }

  /** Read the text onto the map; false when it is no shape of this kind. */
  function read() {
    try {
      const given = field.value.trim() ? readFeatures(ol, JSON.parse(field.value)) : [];
      const shapes = given.flatMap((feature) => parts(feature.getGeometry()));
      if (shapes.some((shape) => shape.getType() !== draws)) return false;
      source.clear(true);
      source.addFeatures(shapes.map((shape) => new ol.Feature(shape)));
      arm(shapes.length === 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Write the map into the text. */
  function write() {
    earlier.push(field.value);
    const shapes = source.getFeatures().map((feature) => feature.getGeometry());
    const format = new ol.format.GeoJSON();
    field.value = shapes.length ? format.writeGeometry(joined(ol, shapes), PROJECTIONS) : "";
    button("undo").disabled = false;
  }

  /** Let clicks draw, or else only let points be moved. */
  function arm(isDrawing) {
    draw.abortDrawing();
    draw.setActive(isDrawing);
    modify.setActive(!isDrawing);
    button("draw").setAttribute("aria-pressed", String(isDrawing));
    target.classList.toggle("is-drawing", isDrawing);
  }

  const clean = (isDrawing) => {
    if (button("back")) button("back").disabled = !isDrawing;
  };
  draw.on("drawstart", () => clean(true));
  draw.on("drawabort", () => clean(false));
  draw.on("drawend", ({ feature }) => {
    clean(false);
    // There is one line and one point, but an area may have several parts.
    setTimeout(() => {
      if (draws !== "Polygon") for (const one of source.getFeatures()) if (one !== feature) source.removeFeature(one);
      write();
      arm(false);
    });
  });
  modify.on("modifyend", write);

  button("draw").addEventListener("click", () => arm(!draw.getActive()));
  button("back")?.addEventListener("click", () => draw.removeLastPoint());
  button("clear").addEventListener("click", () => {
    source.clear();
    write();
    arm(true);
  });
  button("undo").addEventListener("click", () => {
    field.value = earlier.pop();
    button("undo").disabled = !earlier.length;
    read();
  });
  target.addEventListener("keydown", (event) => {
    if (event.key === "Escape") draw.abortDrawing();
  });
  field.addEventListener("change", () => {
    if (read() && !source.isEmpty()) fitShape();
  });

  const fitShape = () => fit(ol, map, source.getExtent(), { maxZoom: 13, padding: [48, 48, 48, 48] });

  for (const part of box.querySelectorAll("[data-draw-tools], [data-draw-help]")) part.hidden = false;
  const isRead = read();
  // What cannot be shown must be seen as text.
  if (!isRead) box.querySelector("details").open = true;
  if (source.isEmpty()) await goHome(ol, map);
  else fitShape();
  await surroundings(ol, others, around);
  target.dataset.mapReady = "yes";
}

for (const target of document.querySelectorAll("[data-map-draw]")) await drawing(target);
