// The clock in the agency's zone and in UTC, and "4 min ago" wherever <time data-age> stands.
const zone = document.body.dataset.zone || "UTC";
const lang = document.documentElement.lang || "en";
const language = lang === "en" ? "en-GB" : lang; // Day before month, as everywhere else here.

function formatter(timeZone) {
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  }
}

const local = formatter(zone);
const utc = formatter("UTC");
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "narrow" });
const dayAndTime = new Intl.DateTimeFormat(language, {
  day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone,
});

/** "12 s", "4 min", "3 h", "2 d": how old a moment is, without words around it. */
export function shortAge(moment, now = Date.now()) {
  const seconds = Math.max(0, Math.round((now - moment) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** The hour and minute of a moment in the agency's zone, with the day when it is not today. */
export function clockTime(moment) {
  const date = new Date(moment);
  const isToday = Date.now() - date.getTime() < 12 * 3600e3;
  return isToday ? local.format(date) : dayAndTime.format(date);
}

/** Day, hour and minute of a moment in the agency's zone. */
export const fullTime = (moment) => dayAndTime.format(new Date(moment));

function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [divisor, unit] =
    [[60, "second"], [3600, "minute"], [86400, "hour"]].find(([limit]) => Math.abs(seconds) < limit) ?? [0, "day"];
  const size = { second: 1, minute: 60, hour: 3600, day: 86400 }[divisor ? unit : "day"];
  return relative.format(Math.round(seconds / size), unit);
}

/** Write the ages below `root` anew. */
export function refreshAges(root = document) {
  for (const element of root.querySelectorAll("time[data-age]")) {
    const text = ago(Date.parse(element.dateTime));
    if (element.textContent !== text) element.textContent = text;
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

tick();
refreshAges();
setInterval(tick, 1000);
setInterval(refreshAges, 15000);
document.addEventListener("htmx:afterSwap", (event) => refreshAges(event.target));
