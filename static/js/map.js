// The operational map: incidents, patrols, tracks, places and border sections, kept up to date.
//
// Each layer is a GeoJSON FeatureCollection at an address in the element's data-*; a feature's `id` is the record's.
// Known properties: ref, title, owner, severity, state, lead, heading, fix_at, occurred_at, kind (of places), status, url.
import { shortAge } from "./clock.js";
import { createMap, densest, fetchFeatures, fit, loadOl, readFeatures } from "./map-base.js";
import {
  LADDER, SIGNS, incidentStyle, overStyle, patrolsStyle, placeStyle, ringStyle, sectionStyle, trackStyle,
} from "./map-style.js";
import { featureUnder } from "./map-under.js";
import { paint } from "./paint.js";
import { seldom } from "./seldom.js";

// The layers whose things can be chosen, and stand in the list.
const LISTED = ["incidents", "over", "patrols", "places", "sections"];
const UPPERMOST = ["incidents", "patrols", "over", "sections", "places"];
const TURN_M = 25; // A shorter way says nothing about where a patrol goes.
const RESTYLE_MS = 30_000;

// Of a state that it does not know the map says that it is open: too much rather than too little.
const OVER = new Set(["resolved", "closed"]);
const KINDS = { incidents: "incident", patrols: "patrol", tracks: "track", border_section: "section" };

/**
 * Build the map in `target`; `onChoose(item | null)`, `onFailed(boolean)` and `onData()` tell the page; `narrowed(name,
 * address)` adds the page's filters to the address of a layer.
 */
export async function operationalMap(target, { onChoose, onFailed, onData, narrowed = (_name, address) => address }) {
  const ol = await loadOl();
  let playedAt = null; // The moment that is played, while the past is.
  const now = () => playedAt ?? Date.now();
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
    patrols: new ol.layer.Vector({
      source: clustered(sources.patrols),
      style: patrolsStyle(ol, (moment) => shortAge(moment, now()), now),
      declutter: SIGNS,
    }),
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
    let features = null;
    try {
      features = await fetchFeatures(ol, narrowed(name, urls[name]));
      failed.delete(name);
    } catch {
      failed.add(name);
    }
    await new Promise((resolve) => paint(resolve));
    // What is played stays as it is; when it ends, all is loaded anew.
    if (features && (playedAt === null || name === "places")) place(name, features);
    onFailed(failed.size > 0);
    onData();
  }

  function place(name, features) {
    for (const feature of features) feature.set("type", KINDS[name] ?? KINDS[feature.get("kind")] ?? feature.get("kind"), true);
    if (name === "patrols") keepHeadings(features);
    if (name === "incidents") {
      const isOpen = (feature) => !OVER.has(feature.get("state"));
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

  /**
   * Move patrols to where the feed says they are, all in one stroke: `moves` maps ids to {place, fix_at}. Returns the
   * ids that the map does not know.
   */
  function move(moves) {
    if (playedAt !== null) return [];
    const unknown = [];
    // Not one by one: each would have all signs looked through again for what stands close together.
    const features = sources.patrols.getFeatures();
    const known = new Map(features.map((feature) => [String(feature.getId()), feature]));
    sources.patrols.clear(true);
    const grown = new Map();
    for (const [id, data] of moves) {
      const feature = known.get(String(id));
      if (feature && data?.place) grown.set(String(id), step(feature, data));
      else unknown.push(id);
    }
    sources.patrols.addFeatures(features);
    lengthen(grown);
    ring();
    return unknown;
  }

  function step(feature, { place: { coordinates }, fix_at: fixAt }) {
    const to = ol.proj.fromLonLat(coordinates);
    const before = ol.proj.toLonLat(feature.getGeometry().getCoordinates());
    if (ol.sphere.getDistance(before, coordinates) > TURN_M) {
      feature.set("heading", bearing(before, coordinates), true);
    }
    feature.set("fix_at", fixAt, true);
    feature.getGeometry().setCoordinates(to);
    return to;
  }

  function lengthen(grown) {
    for (const track of sources.tracks.getFeatures()) {
      const to = grown.get(String(track.get("patrol") ?? track.getId()));
      if (to && track.getGeometry().getType() === "LineString") track.getGeometry().appendCoordinate(to);
    }
  }

  /** Show a moment of the past instead of the present, given features in degrees; null ends it. */
  function play(at, { patrols = [], incidents = [] } = {}) {
    const wasLive = playedAt === null;
    playedAt = at;
    if (at === null) {
      for (const name of ["incidents", "patrols", "tracks"]) refresh[name]();
      return;
    }
    if (wasLive) sources.tracks.clear(true);
    place("patrols", readFeatures(ol, { type: "FeatureCollection", features: patrols }));
    place("incidents", readFeatures(ol, { type: "FeatureCollection", features: incidents }));
    ring();
    onData();
  }

  function remove(id) {
    for (const name of ["incidents", "over", "patrols", "tracks", "places"]) {
      const feature = sources[name].getFeatureById(id);
      if (feature) sources[name].removeFeature(feature);
    }
    if (chosen === id) choose(null);
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
    for (const id of new Set([chosen, pointed].filter(Boolean))) {
      const feature = find(id);
      if (feature) sources.ring.addFeature(new ol.Feature(feature.getGeometry()));
    }
    sources.ring.changed();
  }

  function point(id) {
    pointed = id;
    ring();
  }

  /** Ring what is chosen; it may come on the map only later. */
  function mark(id, { pan = false } = {}) {
    chosen = id;
    const feature = id === null ? null : find(id);
    if (pan && feature) {
      const middle = ol.extent.getCenter(feature.getGeometry().getExtent());
      const view = map.getView();
      view.animate({ center: middle, zoom: Math.max(view.getZoom(), 9), duration: 250 });
    }
    ring();
    return feature;
  }

  /** Choose, as by a click. */
  function choose(id, options) {
    const feature = mark(id, options);
    onChoose(feature ? item(feature) : null);
  }

  const item = (feature) => {
    const { geometry, ...properties } = feature.getProperties();
    const middle = geometry.getType() === "Point" ? geometry.getCoordinates() : ol.extent.getCenter(geometry.getExtent());
    return { ...properties, id: feature.getId(), place: ol.proj.toLonLat(middle), isPoint: geometry.getType() === "Point" };
  };

  const chosenFrom = UPPERMOST.map((name) => layers[name]);
  const under = (coordinate) => featureUnder(ol, map, chosenFrom, coordinate);

  map.on("singleclick", (event) => {
    const hit = under(event.coordinate);
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
    if (!event.dragging) target.style.cursor = under(event.coordinate) ? "pointer" : "";
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
    ol, map, refresh, move, play, remove, mark, choose, point, fitAll,
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
