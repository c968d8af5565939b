// The clock in the agency's zone and in UTC, and "4 min ago" wherever <time data-age> stands, "4 min" with "short".
import { paint } from "./paint.js";

const zone = document.body.dataset.zone || "UTC";
const lang = document.documentElement.lang || "en";
const language = lang === "en" ? "en-GB" : lang; // Day before month, as everywhere else here.

function formatter(timeZone, more = {}) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more };
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  }
}

const local = formatter(zone);
const utc = formatter("UTC");
const picked = formatter("UTC", { day: "numeric", month: "short", year: "numeric" });
const dayAndTime = formatter(zone, { day: "numeric", month: "short", year: "numeric" });
const day = formatter(zone, { day: "numeric", month: "short", hour: undefined, minute: undefined });
const year = formatter(zone, { year: "numeric", hour: undefined, minute: undefined });
const offset = formatter(zone, { timeZoneName: "shortOffset" });

/** "12 s", "4 min", "3 h 20 min", "2 d 4 h": how old a moment is, without words around it. */
export function shortAge(moment, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - moment) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const [minutes, hours, days] = [60, 3600, 86400].map((size) => Math.floor(seconds / size));
  if (minutes < 60) return `${minutes} min`;
  const fine = hours < 24 ? [`${hours} h`, minutes % 60, "min"] : [`${days} d`, days < 7 ? hours % 24 : 0, "h"];
  return fine[1] ? fine.join(" ") : fine[0];
}

/** "+06", as the server writes it (config/formats): the agency's offset from UTC at a moment. */
function offsetAt(date) {
  const name = offset.formatToParts(date).find((part) => part.type === "timeZoneName").value;
  const [, sign, hours, minutes] = /([+\u2212-])(\d+)(?::(\d+))?/.exec(name) ?? [];
  return sign ? `${sign === "+" ? "+" : "-"}${hours.padStart(2, "0")}${minutes ?? ""}` : "UTC";
}

/** The hour and minute of a moment in the agency's zone, with the day when it is old, the year when it is another. */
export function clockTime(moment) {
  const date = new Date(moment);
  if (Date.now() - date.getTime() < 12 * 3600e3) return local.format(date);
  if (year.format(date) !== year.format(new Date())) return dayAndTime.format(date);
  return `${day.format(date)} ${local.format(date)}`;
}

/** "22 Nov 2026, 14:05 +06": a moment by the agency's clock, the one form of all pages. */
export function fullTime(moment) {
  const date = new Date(moment);
  return `${dayAndTime.format(date)} ${offsetAt(date)}`;
}

/** What a picker holds ("2026-11-22T14:05", by the agency's clock) in the form of all pages. */
export function pickedTime(value) {
  if (!value) return zone;
  const asUtc = new Date(`${value}Z`);
  if (Number.isNaN(asUtc.getTime())) return zone;
  // The offset at that hour in the zone, not at the same hour of UTC.
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d)(\d\d)?$/.exec(offsetAt(asUtc)) ?? [];
  const ahead = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0;
  return `${picked.format(asUtc)} ${offsetAt(new Date(asUtc.getTime() - ahead * 60e3))} (${zone})`;
}

/** "3 h 20 min ago", or "in 5 min": partners' clocks differ a little. */
function ago(moment) {
  const now = Date.now();
  const { ago: behind, ahead } = document.body.dataset;
  return moment > now ? ahead.replace("{age}", shortAge(now, moment)) : behind.replace("{age}", shortAge(moment, now));
}

/** Write the ages below `root` anew. */
export function refreshAges(root = document) {
  for (const element of root.querySelectorAll("time[data-age]")) {
    const moment = Date.parse(element.dateTime);
    // In a row of a list every word counts: "2 h 10 min".
    const text = element.dataset.age === "short" ? shortAge(moment) : ago(moment);
    if (element.textContent === text) continue;
    element.textContent = text;
    element.title = fullTime(element.dateTime);
  }
}

function tick() {
  const now = new Date();
  const put = (name, text) => {
    const element = document.querySelector(`[data-clock="${name}"]`);
    if (element && element.textContent !== text) element.textContent = text;
  };
  put("local", local.format(now));
  put("zone", zone === "UTC" ? "" : zone.split("/").pop().replaceAll("_", " "));
  put("utc", utc.format(now));
}

/** All that passes with time, in one stroke. */
function pass() {
  tick();
  refreshAges();
}

pass();
setInterval(() => paint(pass), 1000);
document.addEventListener("htmx:afterSwap", (event) => refreshAges(event.target));
