// A map to draw a shape on: [data-map-draw="id of a text field"] with data-draws Polygon, LineString or Point.
// Of points there is one, of lines too unless data-several says so; an area may always have several parts.
//
// The text field, GeoJSON, is what is sent; map and field are kept in step. The server checks what was drawn.
import { surroundings } from "./map-around.js";
import { createMap, endByDoubleClick, fit, loadOl, readFeatures } from "./map-base.js";
import { fileReader } from "./map-file.js";
import { goHome } from "./map-home.js";
import { areaText, corners, crossing, lengthText, measure } from "./map-shape.js";
import { palette } from "./map-style.js";

const DIGITS = 6;
const PROJECTIONS = { dataProjection: "EPSG:4326", featureProjection: "EPSG:3857", decimals: DIGITS };
const SNAP_PIXELS = 12;

/** The line that is drawn, and a handle at each of its points. */
function drawnStyle(ol) {
  const { Style, Circle, Fill, Stroke } = ol.style;
  return (feature, resolution) => {
    const { focus, surface } = palette();
    const handle = new Circle({ radius: 6, fill: new Fill({ color: surface }), stroke: new Stroke({ color: focus, width: 2.5 }) });
    const line = new Style({ stroke: new Stroke({ color: focus, width: 3 }), fill: new Fill({ color: `${focus}22` }), image: handle, zIndex: 20 });
    // Of a dense shape, only those handles that can be told apart.
    const points = apart(corners(feature.getGeometry()), resolution * 9);
    return [line, new Style({ image: handle, geometry: new ol.geom.MultiPoint(points), zIndex: 21 })];
  };
}

function apart(points, distance) {
  let last = null;
  return points.filter((point) => {
    const isFar = !last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= distance;
    if (isFar) last = point;
    return isFar;
  });
}

/** Where the shape crosses itself. */
function faultStyle(ol) {
  const { Style, Circle, Stroke } = ol.style;
  return () => new Style({ image: new Circle({ radius: 13, stroke: new Stroke({ color: palette().extreme, width: 3 }) }), zIndex: 30 });
}

/** Join the parts into one geometry, or take one apart. */
const joined = (ol, shapes) =>
  shapes.length > 1 ? new ol.geom[`Multi${shapes[0].getType()}`](shapes.map((shape) => shape.getCoordinates())) : shapes[0];
const parts = (shape) => {
  switch (shape.getType()) {
    case "MultiPolygon": return shape.getPolygons();
    case "MultiLineString": return shape.getLineStrings();
    default: return [shape];
  }
};

async function drawing(target) {
  const field = document.getElementById(target.dataset.mapDraw);
  const { draws, around, own } = target.dataset;
  const isSeveral = draws === "Polygon" || "several" in target.dataset;
  const box = target.closest(".draw");
  const button = (name) => box.querySelector(`[data-draw="${name}"]`);
  const press = (name, isPressed) => button(name)?.setAttribute("aria-pressed", String(isPressed));
  const ol = await loadOl();
  target.tabIndex = 0;
  target.classList.add("map-small");

  const source = new ol.source.Vector();
  const faults = new ol.source.Vector();
  const others = surroundings(ol, around, own);
  const { map } = createMap(ol, target, {
    layers: [
      others.layer,
      new ol.layer.Vector({ source, style: drawnStyle(ol) }),
      new ol.layer.Vector({ source: faults, style: faultStyle(ol) }),
    ],
  });
  endByDoubleClick(ol, map);
  let isErasing = false;
  const { singleClick } = ol.events.condition;
  const modify = new ol.interaction.Modify({
    source, style: drawnStyle(ol), pixelTolerance: 14,
    deleteCondition: (event) => singleClick(event) && (isErasing || event.originalEvent.altKey),
    insertVertexCondition: () => !isErasing,
  });
  const draw = new ol.interaction.Draw({
    source, type: draws, style: drawnStyle(ol),
    condition: ({ originalEvent }) => originalEvent.button === 0 && !originalEvent.altKey,
  });
  const snaps = [others.source, source].map((from) => new ol.interaction.Snap({ source: from, pixelTolerance: SNAP_PIXELS }));
  for (const one of [modify, draw, ...snaps]) map.addInteraction(one);

  // --- text and map

  const states = [field.value];
  let state = 0;

  /** Read the text onto the map; false when it is no shape of this kind. */
  function read() {
    try {
      const given = field.value.trim() ? readFeatures(ol, JSON.parse(field.value)) : [];
      const shapes = given.flatMap((feature) => parts(feature.getGeometry()));
      if (shapes.some((shape) => shape.getType() !== draws) || (shapes.length > 1 && !isSeveral)) return false;
      source.clear(true);
      source.addFeatures(shapes.map((shape) => new ol.Feature(shape)));
      arm(shapes.length === 0);
      tell();
      return true;
    } catch {
      return false;
    }
  }

  const shapes = () => source.getFeatures().map((feature) => feature.getGeometry());

  /** Write the map into the text. */
  function write() {
    const format = new ol.format.GeoJSON();
    field.value = source.isEmpty() ? "" : format.writeGeometry(joined(ol, shapes()), PROJECTIONS);
    keep();
    tell();
  }

  /** Keep the text as a step that can be taken back. */
  function keep() {
    if (field.value === states[state]) return;
    states.splice(state + 1, states.length, field.value);
    state += 1;
    offer();
  }

  const step = (by) => {
    if (by < 0 && isDrawing()) {
      draw.removeLastPoint();
      return;
    }
    if (states[state + by] === undefined) return;
    state += by;
    field.value = states[state];
    read();
    offer();
  };

  function offer() {
    button("undo").disabled = state === 0 && !isDrawing();
    button("redo").disabled = state === states.length - 1;
  }

  // --- what is said of it

  const measured = box.querySelector("[data-draw-measured]");
  const { wordArea, wordEdge, wordLength, wordPoints, wordCrossing } = measured.dataset;

  /** Say how long and how large it is, and whether it crosses itself; `sketch` is what is being drawn. */
  function tell(sketch = null) {
    const all = sketch ? [...shapes(), sketch] : shapes();
    const { isArea, area, length, points } = measure(ol, all);
    const words = [];
    if (isArea) words.push(`${wordArea} ${areaText(area)}`, `${wordEdge} ${lengthText(length)}`);
    else if (length) words.push(`${wordLength} ${lengthText(length)}`);
    if (points > 1) words.push(`${wordPoints} ${points}`);
    measured.textContent = words.join(" · ");
    const place = crossing(sketch ? shapes() : all);
    faults.clear(true);
    if (place) faults.addFeature(new ol.Feature(new ol.geom.Point(place)));
    faults.changed();
    box.querySelector("[data-draw-crossing]").textContent = place ? wordCrossing : "";
  }

  // --- tools

  let sketch = null;
  const isDrawing = () => sketch !== null;

  /** Let clicks draw, or else only let points be moved. */
  function arm(isArmed) {
    draw.abortDrawing();
    draw.setActive(isArmed);
    modify.setActive(!isArmed);
    if (isArmed) erase(false);
    press("draw", isArmed);
    target.classList.toggle("is-drawing", isArmed);
  }

  function erase(isOn) {
    isErasing = isOn;
    press("erase", isOn);
    target.classList.toggle("is-erasing", isOn);
  }

  draw.on("drawstart", ({ feature }) => {
    sketch = feature.getGeometry();
    sketch.on("change", () => tell(sketch));
    offer();
  });
  draw.on("drawabort", () => {
    sketch = null;
    offer();
    tell();
  });
  draw.on("drawend", ({ feature }) => {
    sketch = null;
    setTimeout(() => {
      if (!isSeveral) for (const one of source.getFeatures()) if (one !== feature) source.removeFeature(one);
      write();
      arm(false);
    });
  });
  modify.on("modifyend", write);

  const acts = {
    draw: () => arm(!draw.getActive()),
    erase: () => {
      if (draw.getActive()) arm(false);
      erase(!isErasing);
    },
    undo: () => step(-1),
    redo: () => step(1),
    clear: () => {
      source.clear();
      write();
      arm(true);
    },
    snap: () => {
      const isOn = !snaps[0].getActive();
      for (const snap of snaps) snap.setActive(isOn);
      press("snap", isOn);
    },
  };
  for (const [name, act] of Object.entries(acts)) button(name)?.addEventListener("click", act);

  // --- keys, while the map has the focus: the cross in its middle is the pen

  function put() {
    const middle = map.getView().getCenter();
    if (!draw.getActive()) return;
    if (draws !== "Point") {
      draw.appendCoordinates([middle]);
      return;
    }
    source.clear();
    source.addFeature(new ol.Feature(new ol.geom.Point(middle)));
    write();
    arm(false);
  }

  target.addEventListener("keydown", (event) => {
    const isControl = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (key === "escape") draw.abortDrawing();
    else if (key === "enter" && isControl) { if (isDrawing()) draw.finishDrawing(); }
    else if (key === "enter") put();
    else if (key === "backspace" && isDrawing()) draw.removeLastPoint();
    else if ((key === "delete" || key === "backspace") && modify.getActive()) modify.removePoint();
    else if (isControl && (key === "y" || (key === "z" && event.shiftKey))) step(1);
    else if (isControl && key === "z") step(-1);
    else return;
    event.preventDefault();
  });

  /** Take over a text that did not come from the map. */
  function take() {
    keep();
    const isRead = read();
    if (isRead && !source.isEmpty()) fitShape();
    return isRead;
  }
  field.addEventListener("change", take);
  fileReader(box, (geometry) => {
    field.value = JSON.stringify(geometry);
    take();
  });

  const fitShape = () => fit(ol, map, source.getExtent(), { maxZoom: 13, padding: [48, 48, 48, 48] });

  for (const part of box.querySelectorAll("[data-draw-tools], [data-draw-help]")) part.hidden = false;
  const isRead = read();
  // What cannot be shown must be seen as text.
  const text = box.querySelector("details");
  if (!isRead && text) text.open = true;
  offer();
  if (source.isEmpty()) await goHome(ol, map);
  else fitShape();
  await others.loaded;
  target.dataset.mapReady = "yes";
}

for (const target of document.querySelectorAll("[data-map-draw]")) await drawing(target);
