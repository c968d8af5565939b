// Shapes that are drawn: how long, how large, and where one crosses itself.

// More corners than that are left to the server to look through.
const MOST = 600;
const locale = document.documentElement.lang || undefined;
const number = (value, digits) => value.toLocaleString(locale, { maximumFractionDigits: digits });

/** "830 m", "12.4 km". */
export const lengthText = (metres) =>
  metres < 1000 ? `${number(metres, 0)} m` : `${number(metres / 1000, metres < 1e5 ? 1 : 0)} km`;

/** "4,500 m²", "32.1 km²". */
export const areaText = (metres) =>
  metres < 1e5 ? `${number(metres, 0)} m²` : `${number(metres / 1e6, metres < 1e8 ? 1 : 0)} km²`;

/** Length of a line, area and edge of polygons, in metres on the globe; nothing for a point. */
export function measure(ol, shapes) {
  const sum = (of) => shapes.reduce((total, shape) => total + of(shape), 0);
  const isArea = shapes.some((shape) => shape.getType().endsWith("Polygon"));
  return {
    isArea,
    area: isArea ? sum((shape) => ol.sphere.getArea(shape)) : 0,
    length: sum((shape) => ol.sphere.getLength(shape)),
    points: sum((shape) => corners(shape).length),
  };
}

/** All points of a shape, those that close a ring left out. */
export function corners(shape) {
  switch (shape.getType()) {
    case "Point": return [shape.getCoordinates()];
    case "LineString": return shape.getCoordinates();
    case "MultiPolygon": return shape.getPolygons().flatMap(corners);
    case "Polygon": return shape.getCoordinates().flatMap((ring) => ring.slice(0, -1));
    default: return [];
  }
}

/** The first place at which the rings of polygons cross each other or themselves, or null. */
export function crossing(shapes) {
  const edges = shapes.flatMap(edgesOf);
  if (edges.length > MOST) return null;
  for (let n = 0; n < edges.length; n += 1) {
    for (let m = n + 1; m < edges.length; m += 1) {
      const place = meet(edges[n], edges[m]);
      if (place) return place;
    }
  }
  return null;
}

const edgesOf = (shape) =>
  shape.getType() !== "Polygon" ? [] : shape.getCoordinates().flatMap((ring) => ring.slice(1).map((end, n) => [ring[n], end]));

/** Where two edges cross inside both, or null: neighbours that share a corner do not. */
function meet([a, b], [c, d]) {
  const [abx, aby, cdx, cdy] = [b[0] - a[0], b[1] - a[1], d[0] - c[0], d[1] - c[1]];
  const turn = abx * cdy - aby * cdx;
  if (turn === 0) return null;
  const t = ((c[0] - a[0]) * cdy - (c[1] - a[1]) * cdx) / turn;
  const u = ((c[0] - a[0]) * aby - (c[1] - a[1]) * abx) / turn;
  const inside = (share) => share > 1e-9 && share < 1 - 1e-9;
  return inside(t) && inside(u) ? [a[0] + t * abx, a[1] + t * aby] : null;
}
