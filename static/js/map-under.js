// What lies under a place on the map: by geometry, for reading pixels back is slow on machines without a GPU.

const REACH_PX = 11; // As large as a sign.
const THIN_PX = 6;
const RANK = { Point: 0, LineString: 1, MultiLineString: 1, Polygon: 2, MultiPolygon: 2 };

/**
 * Return the feature of `layers` (the uppermost first) at a coordinate, or null: signs before lines, lines before areas,
 * then the nearest. What a layer does not draw there is not found.
 */
export function featureUnder(ol, map, layers, coordinate) {
  const resolution = map.getView().getResolution();
  const around = ol.extent.buffer([...coordinate, ...coordinate], REACH_PX * resolution);
  let best = null;
  for (const [order, layer] of layers.entries()) {
    if (!layer.getVisible()) continue;
    for (const feature of layer.getSource().getFeaturesInExtent(around)) {
      const shape = feature.getGeometry();
      const rank = RANK[shape.getType()] ?? 2;
      const [x, y] = shape.getClosestPoint(coordinate);
      const away = Math.hypot(x - coordinate[0], y - coordinate[1]) / resolution;
      if (away > (rank ? THIN_PX : REACH_PX) || !layer.getStyleFunction()(feature, resolution)) continue;
      const key = [rank, order, away];
      if (!best || isLess(key, best.key)) best = { key, feature };
    }
  }
  return best?.feature ?? null;
}

function isLess(one, other) {
  const at = one.findIndex((part, n) => part !== other[n]);
  return at >= 0 && one[at] < other[at];
}
