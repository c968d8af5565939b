// Signs on the map. Colours come from the theme (ops.css); shape and colour say the same.

const STALE_MS = 15 * 60e3;
// Signs and names keep out of each other's way: a sign is always drawn, a name gives way to it.
export const SIGNS = "signs";
const FAR = 1100; // Metres per pixel, from where lines are drawn lightly.
const MOST_IMAGES = 2000;
const NEAR = 250; // Metres per pixel, up to where there is room for large signs.
export const LADDER = ["extreme", "severe", "moderate", "minor", "unknown"];

let colours = null;
let images = new Map();

document.addEventListener("themechange", () => {
  colours = null;
  images = new Map();
});

/** The theme's colours, read once per theme. */
export function palette() {
  if (colours) return colours;
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  colours = {
    land: read("map-land"), far: read("map-far"), border: read("map-border"), section: read("map-section"),
    label: read("map-label"), halo: read("map-halo"), zone: read("map-zone"), post: read("map-post"),
    patrol: read("map-patrol"), patrolText: read("map-patrol-text"), surface: read("surface"),
    shapeLine: read("shape-line"), focus: read("focus"), text: read("text"), muted: read("muted"),
    font: getComputedStyle(document.body).fontFamily,
    ...Object.fromEntries(LADDER.map((step) => [step, read(step)])),
  };
  return colours;
}

/** An image, or a style, made once per theme; what ages makes ever new ones, so now and then all are forgotten. */
function image(key, make) {
  if (images.size > MOST_IMAGES) images.clear();
  if (!images.has(key)) images.set(key, make());
  return images.get(key);
}

function severityImage(ol, severity, scale, isOver = false) {
  const { RegularShape, Circle, Fill, Stroke } = ol.style;
  return image(`${severity}${scale}${isOver}`, () => {
    const theme = palette();
    const look = {
      // A hollow shape can be clicked inside, too.
      fill: new Fill({ color: isOver ? theme.halo : theme[severity] }),
      stroke: new Stroke({ color: isOver ? theme.muted : theme.shapeLine, width: isOver ? 1.5 : 1.25 }),
      declutterMode: "obstacle",
    };
    const radius = 8 * scale;
    switch (severity) {
      case "extreme": return new RegularShape({ ...look, points: 8, radius: radius * 1.15, angle: Math.PI / 8 });
      case "severe": return new RegularShape({ ...look, points: 4, radius: radius * 1.15 });
      case "moderate": return new RegularShape({ ...look, points: 3, radius: radius * 1.15 });
      case "minor": return new Circle({ ...look, radius: radius * 0.85 });
      default: return new RegularShape({ ...look, points: 4, radius: radius * 1.2, angle: Math.PI / 4, scale: [1, 0.45] });
    }
  });
}

const worst = (features) => LADDER.find((step) => features.some((feature) => severityOf(feature) === step)) ?? "unknown";
const severityOf = (feature) => (LADDER.includes(feature.get("severity")) ? feature.get("severity") : "unknown");

/** One incident, or a cluster of them under the worst one's sign with their number. */
export const incidentStyle = (ol) => clusterStyle(ol, false);
/** The same of what is no longer open: hollow and grey. */
export const overStyle = (ol) => clusterStyle(ol, true);

function clusterStyle(ol, isOver) {
  const { Style, Text, Fill, Stroke } = ol.style;
  return (cluster) => {
    const members = cluster.get("features");
    const severity = worst(members);
    const rank = LADDER.length - LADDER.indexOf(severity);
    const size = members.length > 1 ? 1.35 : 1;
    const styles = [new Style({ image: severityImage(ol, severity, isOver ? size * 0.85 : size, isOver), zIndex: rank })];
    if (members.length > 1) {
      const theme = palette();
      styles.push(new Style({
        zIndex: rank,
        text: new Text({
          text: String(members.length), offsetX: 13, offsetY: -11,
          font: `700 11px ${theme.font}`, declutterMode: "obstacle",
          fill: new Fill({ color: isOver ? theme.muted : theme.text }), stroke: new Stroke({ color: theme.surface, width: 4 }),
        }),
      }));
    }
    return styles;
  };
}

/** A ring with an arrow that points where the patrol goes, or a dot when that is not known. */
function patrolCanvas(isStale, hasHeading) {
  return image(`patrol${isStale}${hasHeading}`, () => {
    const theme = palette();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 56;
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.translate(14, 14);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(0, 0, 10.5, 0, 2 * Math.PI);
    pen.fillStyle = isStale ? theme.surface : theme.patrol;
    pen.fill();
    pen.strokeStyle = isStale ? theme.patrol : theme.surface;
    if (isStale) pen.setLineDash([4, 3]);
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = isStale ? theme.patrol : theme.patrolText;
    pen.beginPath();
    if (hasHeading) {
      pen.moveTo(0, -7); pen.lineTo(5, 5.5); pen.lineTo(0, 2.6); pen.lineTo(-5, 5.5);
    } else {
      pen.arc(0, 0, 3, 0, 2 * Math.PI);
    }
    pen.closePath();
    pen.fill();
    return canvas;
  });
}

/** A patrol at its last position, with who leads it; hollow and dashed when the position is old.
 *
 * `age(moment)` says how old a fix is, `now()` what time the map shows: another one while the past is played.
 */
export function patrolStyle(ol, age, now = Date.now) {
  const { Style, Icon, Text, Fill, Stroke } = ol.style;
  return (feature, resolution) => {
    const theme = palette();
    const fixAt = Date.parse(feature.get("fix_at"));
    const isStale = !(now() - fixAt < STALE_MS);
    const heading = feature.get("heading");
    const hasHeading = Number.isFinite(heading);
    // A sign for each eight degrees is as many as one can tell apart.
    const turn = hasHeading ? (Math.round(heading / 8) * 8) % 360 : 0;
    const isNear = resolution <= NEAR;
    const label = [feature.get("lead") ?? feature.get("owner") ?? ""];
    if (Number.isFinite(fixAt) && (isStale || isNear)) label.push(age(fixAt));
    const text = resolution < 1400 ? label.join(" · ") : "";
    return image(`sign${isStale}${hasHeading}${turn}${isNear}${text}`, () => new Style({
      zIndex: 0, // Below every incident's.
      image: new Icon({
        img: patrolCanvas(isStale, hasHeading), scale: isNear ? 0.5 : 0.42,
        declutterMode: "obstacle",
        rotation: (turn * Math.PI) / 180, rotateWithView: true,
      }),
      text: text ? new Text({
        text, offsetY: 20, font: `600 11px ${theme.font}`, padding: [1, 2, 1, 2],
        fill: new Fill({ color: theme.patrol }), stroke: new Stroke({ color: theme.halo, width: 3 }),
      }) : undefined,
    }));
  };
}

/** Patrols that stand close together: one sign with their number; of one alone its own. */
export function patrolsStyle(ol, age, now) {
  const { Style, Circle, Text, Fill, Stroke } = ol.style;
  const alone = patrolStyle(ol, age, now);
  return (cluster, resolution) => {
    const members = cluster.get("features");
    if (members.length === 1) return alone(members[0], resolution);
    const number = String(members.length);
    return image(`patrols${number}`, () => {
      const theme = palette();
      return new Style({
        zIndex: 0,
        image: new Circle({
          radius: 9 + 2 * number.length, declutterMode: "obstacle",
          fill: new Fill({ color: theme.patrol }), stroke: new Stroke({ color: theme.surface, width: 2 }),
        }),
        text: new Text({
          text: number, font: `700 11px ${theme.font}`, declutterMode: "none", fill: new Fill({ color: theme.patrolText }),
        }),
      });
    });
  };
}

/** The way a patrol has come. */
export function trackStyle(ol) {
  const { Style, Stroke } = ol.style;
  return () => {
    const theme = palette();
    return [
      new Style({ stroke: new Stroke({ color: theme.halo, width: 5 }) }),
      new Style({ stroke: new Stroke({ color: theme.patrol, width: 2.25 }) }),
    ];
  };
}

/** Zones in light outline, routes dashed, posts and checkpoints small. */
export function placeStyle(ol) {
  const { Style, Stroke, Fill, RegularShape, Text } = ol.style;
  return (feature, resolution) => {
    const theme = palette();
    const kind = feature.get("type");
    const text = (offsetY, limit) => resolution < limit ? new Text({
      text: feature.get("title") ?? feature.get("code") ?? "", offsetY, overflow: true,
      font: `500 11px ${theme.font}`, fill: new Fill({ color: kind === "zone" ? theme.zone : theme.post }),
      stroke: new Stroke({ color: theme.halo, width: 2.5 }),
    }) : undefined;
    if (kind === "zone") {
      const isFar = resolution > FAR;
      return new Style({
        stroke: new Stroke({ color: isFar ? `${theme.zone}66` : theme.zone, width: isFar ? 0.75 : 1.25 }),
        fill: new Fill({ color: `${theme.zone}${isFar ? "0b" : "12"}` }), text: text(0, 500),
      });
    }
    if (kind === "route") {
      return new Style({ stroke: new Stroke({ color: theme.zone, width: 1.5, lineDash: [2, 5], lineCap: "round" }) });
    }
    if (resolution > 1500) return null;
    const isPost = kind === "post";
    return new Style({
      image: image(`${kind}`, () => new RegularShape({
        points: 4, radius: isPost ? 5 : 5.5, angle: Math.PI / 4,
        fill: new Fill({ color: isPost ? theme.post : theme.surface }),
        stroke: new Stroke({ color: isPost ? theme.surface : theme.post, width: isPost ? 1 : 1.75 }),
      })),
      text: text(-12, 160),
    });
  };
}

/** A stretch of border: grey whatever its status; dashed where it is not agreed, and never a side. */
export function sectionStyle(ol) {
  const { Style, Stroke } = ol.style;
  return (feature, resolution) => {
    const theme = palette();
    const thin = resolution > FAR ? 0.6 : 1;
    const isOpen = feature.get("status") === "not_agreed";
    return new Style({
      stroke: new Stroke({
        color: theme.section, width: thin * (isOpen ? 2 : 2.25), lineDash: isOpen ? [7, 6] : undefined, lineCap: "butt",
      }),
    });
  };
}

/** A ring around what is pointed at or chosen. */
export function ringStyle(ol) {
  const { Style, Circle, Stroke } = ol.style;
  return () => new Style({
    zIndex: 50,
    image: new Circle({ radius: 16, stroke: new Stroke({ color: palette().focus, width: 2.5 }) }),
    stroke: new Stroke({ color: palette().focus, width: 4 }),
  });
}
