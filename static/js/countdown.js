// "in 4:10" wherever <time data-until> stands: the server gives the moment, the page counts.
import { paint } from "./paint.js";

/** "4:10", "1:04:10": how long until a moment; null when it has come. */
function left(moment, now = Date.now()) {
  const seconds = Math.ceil((moment - now) / 1000);
  if (seconds <= 0) return null;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  const tail = two(seconds % 60);
  return hours ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

function count() {
  for (const element of document.querySelectorAll("time[data-until]")) {
    const rest = left(Date.parse(element.dateTime));
    const text = rest === null ? element.dataset.now : element.dataset.in.replace("{time}", rest);
    if (element.textContent !== text) element.textContent = text;
  }
}

count();
setInterval(() => paint(count), 1000);
document.addEventListener("htmx:afterSwap", count);
