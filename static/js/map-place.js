// A place on its own page: [data-map-place="#id of its GeoJSON"], what is around it, and a rule to measure with.
import { surroundings } from "./map-around.js";
import { createMap, endByDoubleClick, fit, loadOl, readFeatures } from "./map-base.js";
import { areaText, lengthText, measure } from "./map-shape.js";
import { palette, placeStyle } from "./map-style.js";

const ol = await loadOl();

/** The place as it is now, strongly; a former shape dashed. */
function shownStyle() {
  const { Style, Stroke, Fill, Circle } = ol.style;
  const usual = placeStyle(ol);
  return (feature, resolution) => {
    const { focus, text, surface, zone } = palette();
    const isFormer = feature.get("is_former");
    const colour = isFormer ? text : focus;
    const stroke = new Stroke({ color: colour, width: isFormer ? 2 : 2.5, lineDash: isFormer ? [8, 6] : undefined });
    if (feature.getGeometry().getType() !== "Point") {
      return new Style({ stroke, fill: isFormer ? undefined : new Fill({ color: `${zone}22` }), zIndex: isFormer ? 3 : 2 });
    }
    const mark = new Style({ image: new Circle({ radius: 8, stroke, fill: new Fill({ color: isFormer ? "transparent" : surface }) }) });
    return [usual(feature, resolution), mark].filter(Boolean);
  };
}

function ruleStyle() {
  const { Style, Stroke, Fill, Circle, Text } = ol.style;
  return (feature) => {
    const { text, halo, font } = palette();
    const shape = feature.getGeometry();
    const styles = [new Style({
      stroke: new Stroke({ color: text, width: 2, lineDash: [3, 4] }),
      image: new Circle({ radius: 3.5, fill: new Fill({ color: text }) }), zIndex: 40,
    })];
    if (shape.getType() === "LineString") {
      styles.push(new Style({
        geometry: new ol.geom.Point(shape.getLastCoordinate()), zIndex: 41,
        text: new Text({
          text: lengthText(ol.sphere.getLength(shape)), offsetY: -14, font: `600 12px ${font}`,
          fill: new Fill({ color: text }), stroke: new Stroke({ color: halo, width: 4 }),
        }),
      }));
    }
    return styles;
  };
}

/** Let the button turn measuring on and off; a line is drawn, its length said as it grows. */
function measuring(map, button, output) {
  const source = new ol.source.Vector();
  const style = ruleStyle();
  map.addLayer(new ol.layer.Vector({ source, style }));
  const draw = new ol.interaction.Draw({ source, type: "LineString", style });
  draw.setActive(false);
  map.addInteraction(draw);
  const { wordLength, wordEncloses } = output.dataset;

  function tell(line) {
    const points = line.getCoordinates();
    const words = [`${wordLength} ${lengthText(ol.sphere.getLength(line))}`];
    if (points.length > 3) words.push(`${wordEncloses} ${areaText(ol.sphere.getArea(new ol.geom.Polygon([points])))}`);
    output.textContent = words.join(" · ");
  }

  draw.on("drawstart", ({ feature }) => {
    source.clear();
    feature.getGeometry().on("change", ({ target }) => tell(target));
  });
  button.addEventListener("click", () => {
    const isOn = !draw.getActive();
    draw.abortDrawing();
    draw.setActive(isOn);
    source.clear();
    output.textContent = isOn ? output.dataset.wordHow : "";
    button.setAttribute("aria-pressed", String(isOn));
    map.getTargetElement().classList.toggle("is-drawing", isOn);
  });
  map.getTargetElement().addEventListener("keydown", ({ key }) => {
    if (key === "Escape") draw.abortDrawing();
  });
  button.hidden = false;
}

function show(target) {
  target.classList.add("map-small");
  target.tabIndex = 0;
  const { around, own } = target.dataset;
  const features = readFeatures(ol, JSON.parse(document.querySelector(target.dataset.mapPlace).textContent));
  for (const feature of features) feature.set("type", feature.get("kind"), true);
  const source = new ol.source.Vector({ features });
  const others = surroundings(ol, around, own);
  const { map } = createMap(ol, target, { layers: [others.layer, new ol.layer.Vector({ source, style: shownStyle() })] });
  endByDoubleClick(ol, map);
  fit(ol, map, source.getExtent(), { maxZoom: 13, padding: [48, 48, 48, 48] });
  const card = target.closest(".card");
  measuring(map, card.querySelector("[data-measure]"), card.querySelector("[data-measured]"));
  const size = card.querySelector("[data-size]");
  const now = features.filter((feature) => !feature.get("is_former")).map((feature) => feature.getGeometry());
  const { area, length } = measure(ol, now);
  const words = area ? [areaText(area), `${size.dataset.wordEdge} ${lengthText(length)}`] : length ? [lengthText(length)] : [];
  size.textContent = words.join(" · ");
  others.loaded.then(() => (target.dataset.mapReady = "yes"));
}

for (const target of document.querySelectorAll("[data-map-place]")) show(target);
