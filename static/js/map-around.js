// What is around a place, drawn lightly: other places, the border, where agreements hold.
import { fetchFeatures } from "./map-base.js";
import { SIGNS, palette, placeStyle, sectionStyle } from "./map-style.js";

/** Return a layer of it; `source` fills while the page is read, without the place `own` itself. */
export function surroundings(ol, address, own) {
  const source = new ol.source.Vector();
  const layer = new ol.layer.Vector({ source, style: style(ol), declutter: SIGNS, opacity: 0.7 });
  const loaded = fetchFeatures(ol, address).then(
    (features) => {
      for (const feature of features) feature.set("type", feature.get("kind"), true);
      source.addFeatures(features.filter((feature) => String(feature.getId()) !== own));
    },
    () => {}, // One can draw, and look, without.
  );
  return { layer, source, loaded };
}

function style(ol) {
  const place = placeStyle(ol);
  const section = sectionStyle(ol);
  const { Style, Stroke } = ol.style;
  const agreed = () => new Style({ stroke: new Stroke({ color: `${palette().section}88`, width: 1, lineDash: [1, 4] }) });
  const styles = { border_section: section, agreement: agreed };
  return (feature, resolution) => (styles[feature.get("type")] ?? place)(feature, resolution);
}
