// Measuring on the map: distances and areas on the globe, and one place in every system of coordinates.
import { endByDoubleClick, formatPlace } from "./map-base.js";
import { areaText, lengthText, measure } from "./map-shape.js";
import { palette } from "./map-style.js";

const TYPES = { line: "LineString", area: "Polygon", point: "Point" };

/** Let the buttons in `box` ([data-measure=line|area|point|off]) measure; `said` is where the result stands. */
export function measuring({ ol, map, box, said }) {
  const source = new ol.source.Vector();
  map.addLayer(new ol.layer.Vector({ source, style: (feature) => look(ol, feature) }));
  let drawing = null;

  function tell(shape) {
    const { isArea, area, length } = measure(ol, [shape]);
    said.textContent = isArea ? `${areaText(area)} · ${lengthText(length)}` : lengthText(length);
    said.hidden = false;
  }

  /** The server says it in every system, and whose ground it is. */
  async function echo(place) {
    const text = formatPlace(place, 5);
    said.textContent = text;
    said.hidden = false;
    try {
      const answer = await fetch(`${said.dataset.echo}?place=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      said.innerHTML = await answer.text();
      const fold = said.querySelector("details");
      if (fold) fold.open = true;
    } catch {
      // Decimal degrees stand there already.
    }
  }

  function stop() {
    if (drawing) map.removeInteraction(drawing);
    drawing = null;
    for (const button of box.querySelectorAll("[data-measure]")) button.setAttribute("aria-pressed", "false");
  }

  function clear() {
    stop();
    source.clear();
    said.hidden = true;
  }

  function start(kind) {
    clear();
    endByDoubleClick(ol, map);
    drawing = new ol.interaction.Draw({ source, type: TYPES[kind], style: (one) => look(ol, one) });
    drawing.on("drawstart", ({ feature }) => {
      source.clear();
      feature.getGeometry().on("change", (event) => tell(event.target));
    });
    drawing.on("drawend", ({ feature }) => {
      if (kind === "point") echo(ol.proj.toLonLat(feature.getGeometry().getCoordinates()));
      // The click that ends it is not one that chooses what lies there.
      setTimeout(stop, 300);
    });
    map.addInteraction(drawing);
    box.querySelector(`[data-measure="${kind}"]`).setAttribute("aria-pressed", "true");
  }

  box.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-measure]")?.dataset.measure;
    if (!kind) return;
    if (kind === "off" || event.target.closest("[aria-pressed=true]")) clear();
    else start(kind);
  });
  // Whoever opens it measures a distance at once.
  box.addEventListener("toggle", () => (box.open ? start("line") : clear()));
  return {
    get isMeasuring() {
      return drawing !== null;
    },
    clear,
  };
}

function look(ol, feature) {
  const { Style, Stroke, Fill, Circle } = ol.style;
  const colour = palette().focus;
  return new Style({
    stroke: new Stroke({ color: colour, width: 2, lineDash: [6, 4] }),
    fill: new Fill({ color: `${colour}22` }),
    image: feature.getGeometry().getType() === "Point" ? new Circle({ radius: 4, fill: new Fill({ color: colour }) }) : undefined,
  });
}
