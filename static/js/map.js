// The operational map: incidents, patrols, tracks, places and border sections, kept up to date.
//
// Each layer is a GeoJSON FeatureCollection at an address in the element's data-*; a feature's `id` is the record's.
// Known properties: ref, title, owner, severity, state, lead, heading, fix_at, occurred_at, kind (of places), status, url.
import { shortAge } from "./clock.js";
import { createMap, densest, fetchFeatures, fit, loadOl } from "./map-base.js";
import {
  LADDER, SIGNS, incidentStyle, overStyle, patrolStyle, placeStyle, ringStyle, sectionStyle, trackStyle,
} from "./map-style.js";
import { seldom } from "./seldom.js";

// The layers whose things can be chosen, and stand in the list.
const LISTED = ["incidents", "over", "patrols", "places", "sections"];
const TURN_M = 25; // A shorter way says nothing about where a patrol goes.
const RESTYLE_MS = 30_000;

const OPEN = new Set(["reported", "responding"]);
const KINDS = { incidents: "incident", patrols: "patrol", tracks: "track", border_section: "section" };

/** Build the map in `target`; `onChoose(item | null)`, `onFailed(boolean)` and `onData()` tell the page. */
export async function operationalMap(target, { onChoose, onFailed, onData }) {
  const ol = await loadOl();
  const source = () => new ol.source.Vector();
  const sources = {
    incidents: source(), over: source(), patrols: source(), tracks: source(), places: source(), sections: source(),
    ring: source(),
  };
  const clustered = (from) => new ol.source.Cluster({ source: from, distance: 26, minDistance: 14 });
  const vector = (name, style, options = {}) =>
    new ol.layer.Vector({ source: sources[name], style, ...options });
  const layers = {
    places: vector("places", placeStyle(ol), { declutter: SIGNS }),
    sections: vector("sections", sectionStyle(ol)),
    tracks: vector("tracks", trackStyle(ol)),
    // What is over is shown on demand, and never clustered with the open ones.
    over: new ol.layer.Vector({ source: clustered(sources.over), style: overStyle(ol), declutter: SIGNS, visible: false }),
    // A later layer lies above: nothing hides an open incident.
    patrols: vector("patrols", patrolStyle(ol, shortAge), { declutter: SIGNS }),
    incidents: new ol.layer.Vector({ source: clustered(sources.incidents), style: incidentStyle(ol), declutter: SIGNS }),
    ring: vector("ring", ringStyle(ol)),
  };
  const { map, names, grid } = createMap(ol, target, { layers: Object.values(layers) });
  layers.names = names;
  layers.grid = grid;

  const failed = new Set();
  const urls = target.dataset;

  async function load(name) {
    if (!urls[name]) return;
    try {
      place(name, await fetchFeatures(ol, urls[name]));
      failed.delete(name);
    } catch {
      failed.add(name);
    }
    onFailed(failed.size > 0);
    onData();
  }

  function place(name, features) {
    for (const feature of features) feature.set("type", KINDS[name] ?? KINDS[feature.get("kind")] ?? feature.get("kind"), true);
    if (name === "patrols") keepHeadings(features);
    if (name === "incidents") {
      const isOpen = (feature) => OPEN.has(feature.get("state"));
      replace(sources.over, features.filter((feature) => !isOpen(feature)));
      replace(sources.incidents, features.filter(isOpen));
      return;
    }
    if (name !== "places") {
      replace(sources[name], features);
      return;
    }
    const isSection = (feature) => feature.get("type") === "section";
    replace(sources.places, features.filter((feature) => !isSection(feature)));
    replace(sources.sections, features.filter(isSection));
  }

  function replace(into, features) {
    into.clear(true);
    into.addFeatures(features);
  }

  /** What was seen of a patrol's way outlasts a refresh that does not know its heading. */
  function keepHeadings(features) {
    for (const feature of features) {
      const known = sources.patrols.getFeatureById(feature.getId());
      const given = feature.get("heading") ?? feature.get("heading_deg");
      feature.set("heading", given ?? known?.get("heading"), true);
    }
  }

  /** Where no device says its heading, the last bit of the way does. */
  function headAlongTracks() {
    for (const track of sources.tracks.getFeatures()) {
      const patrol = sources.patrols.getFeatureById(track.get("patrol") ?? track.getId());
      const way = track.getGeometry().getType() === "LineString" ? track.getGeometry().getCoordinates() : [];
      if (!patrol || way.length < 2 || Number.isFinite(patrol.get("heading"))) continue;
      const [before, last] = way.slice(-2).map((place) => ol.proj.toLonLat(place));
      if (ol.sphere.getDistance(before, last) > TURN_M) patrol.set("heading", bearing(before, last));
    }
  }

  /** Move one patrol to where the feed says it is; false when the map does not know it yet. */
  function move(id, data) {
    const feature = sources.patrols.getFeatureById(id);
    if (!feature || !data?.place) return false;
    const to = ol.proj.fromLonLat(data.place.coordinates);
    const from = feature.getGeometry().getCoordinates();
    const before = ol.proj.toLonLat(from);
    if (ol.sphere.getDistance(before, data.place.coordinates) > TURN_M) {
      feature.set("heading", bearing(before, data.place.coordinates), true);
    }
    feature.set("fix_at", data.fix_at, true);
    feature.getGeometry().setCoordinates(to);
    const track = sources.tracks.getFeatures().find((one) => String(one.get("patrol") ?? one.getId()) === String(id));
    if (track?.getGeometry().getType() === "LineString") track.getGeometry().appendCoordinate(to);
    ring();
    return true;
  }

  function remove(id) {
    for (const name of ["incidents", "over", "patrols", "tracks", "places"]) {
      const feature = sources[name].getFeatureById(id);
      if (feature) sources[name].removeFeature(feature);
    }
    if (chosen?.id === id) choose(null);
    onData();
  }

  function find(id) {
    for (const name of LISTED) {
      const feature = sources[name].getFeatureById(id);
      if (feature) return feature;
    }
    return null;
  }

  // --- pointing and choosing

  let chosen = null;
  let pointed = null;

  function ring() {
    sources.ring.clear(true);
    for (const id of new Set([chosen?.id, pointed].filter(Boolean))) {
      const feature = find(id);
      if (feature) sources.ring.addFeature(new ol.Feature(feature.getGeometry()));
    }
    sources.ring.changed();
  }

  function point(id) {
    pointed = id;
    ring();
  }

  function choose(id, { pan = false } = {}) {
    const feature = id === null ? null : find(id);
    chosen = feature ? item(feature) : null;
    if (pan && feature) {
      const middle = ol.extent.getCenter(feature.getGeometry().getExtent());
      const view = map.getView();
      view.animate({ center: middle, zoom: Math.max(view.getZoom(), 9), duration: 250 });
    }
    ring();
    onChoose(chosen);
  }

  const item = (feature) => {
    const { geometry, ...properties } = feature.getProperties();
    const middle = geometry.getType() === "Point" ? geometry.getCoordinates() : ol.extent.getCenter(geometry.getExtent());
    return { ...properties, id: feature.getId(), place: ol.proj.toLonLat(middle), isPoint: geometry.getType() === "Point" };
  };

  function under(pixel) {
    const hits = [];
    map.forEachFeatureAtPixel(pixel, (feature) => void hits.push(feature), {
      hitTolerance: 6,
      layerFilter: (layer) => LISTED.some((name) => layers[name] === layer),
    });
    const points = hits.filter((feature) => feature.getGeometry().getType() === "Point");
    return points[0] ?? hits[0] ?? null;
  }

  map.on("singleclick", (event) => {
    const hit = under(event.pixel);
    const members = hit?.get("features");
    if (members?.length > 1) {
      const extent = ol.extent.createEmpty();
      for (const member of members) ol.extent.extend(extent, member.getGeometry().getExtent());
      if (map.getView().getZoom() < 15 && ol.extent.getWidth(extent) + ol.extent.getHeight(extent) > 50) {
        fit(ol, map, extent, { maxZoom: 15 });
        return;
      }
    }
    choose((members ? members[0] : hit)?.getId() ?? null);
  });
  map.on("pointermove", (event) => {
    if (!event.dragging) target.style.cursor = under(event.pixel) ? "pointer" : "";
  });

  // --- the page's hold on it

  function fitTo(isWanted) {
    const extent = ol.extent.createEmpty();
    for (const feature of [...sources.incidents.getFeatures(), ...sources.patrols.getFeatures()]) {
      if (isWanted(feature)) ol.extent.extend(extent, feature.getGeometry().getExtent());
    }
    fit(ol, map, extent);
    return !ol.extent.isEmpty(extent);
  }

  const fitAll = () => fitTo(() => true);

  /** At first, where most of what concerns the reader is: the whole region would show little of anything. */
  function fitOwn() {
    const near = densest(ol, [...sources.incidents.getFeatures(), ...sources.patrols.getFeatures()], weight);
    if (!fitTo((feature) => near.has(feature)) && !sources.places.isEmpty()) {
      fit(ol, map, sources.places.getExtent());
    }
  }

  /** One's own counts more than a partner's; the worse an incident, the more. */
  function weight(feature) {
    const isOwn = [feature.get("owner"), feature.get("lead")].includes(target.dataset.agency);
    const severity = LADDER.indexOf(feature.get("severity"));
    return (isOwn ? 4 : 1) * (severity < 0 ? 2 : LADDER.length - severity);
  }

  const refresh = Object.fromEntries(
    ["incidents", "patrols", "tracks", "places"].map((name) => [name, seldom(() => load(name))]),
  );
  await Promise.all(["incidents", "patrols", "tracks", "places"].map(load));
  headAlongTracks();
  whenShown(target, fitOwn);
  setInterval(() => layers.patrols.changed(), RESTYLE_MS);

  return {
    map, refresh, move, remove, choose, point, fitAll,
    show(name, isShown) {
      layers[name]?.setVisible(isShown);
      onData();
    },
    /** All that the map shows; what lies on a layer that is switched off is not there. */
    items: () => LISTED.filter((name) => layers[name].getVisible()).flatMap((name) => sources[name].getFeatures().map(item)),
  };
}

/** Run once the element has a size: a pane behind a tab has none. */
function whenShown(target, run) {
  if (target.clientWidth) {
    run();
    return;
  }
  const watch = new ResizeObserver(() => {
    if (!target.clientWidth) return;
    watch.disconnect();
    requestAnimationFrame(run);
  });
  watch.observe(target);
}

/** The course from one place to another, in degrees from north. */
function bearing([fromLongitude, fromLatitude], [toLongitude, toLatitude]) {
  const radians = Math.PI / 180;
  const turn = (toLongitude - fromLongitude) * radians;
  const y = Math.sin(turn) * Math.cos(toLatitude * radians);
  const x =
    Math.cos(fromLatitude * radians) * Math.sin(toLatitude * radians) -
    Math.sin(fromLatitude * radians) * Math.cos(toLatitude * radians) * Math.cos(turn);
  return (Math.atan2(y, x) / radians + 360) % 360;
}
