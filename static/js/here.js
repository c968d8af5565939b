// A phone's own position, written into the field of a place: [data-here]. Not at a desk, where the browser would ask
// a server elsewhere.
import { writeInto } from "./forms.js";
import { notify } from "./notices.js";

const MOST_MS = 30_000;
const isThere = isSecureContext && "geolocation" in navigator && matchMedia("(pointer: coarse)").matches;

/** As many decimals as the device is sure of; the server reads the uncertainty from them. */
const written = ({ latitude, longitude, accuracy }) => {
  const decimals = [2, 20, 200].filter((metres) => accuracy <= metres).length + 2;
  return `${latitude.toFixed(decimals)}, ${longitude.toFixed(decimals)}`;
};

function offer(root) {
  for (const button of root.querySelectorAll("[data-here]")) button.hidden = !isThere;
}

function find(button) {
  const words = button.textContent;
  const input = button.closest(".field").querySelector("input");
  const done = () => Object.assign(button, { disabled: false, textContent: words });
  Object.assign(button, { disabled: true, textContent: button.dataset.looking });
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      done();
      writeInto(input, written(coords));
    },
    ({ code, PERMISSION_DENIED }) => {
      done();
      notify(code === PERMISSION_DENIED ? button.dataset.refused : button.dataset.unknown, "warning");
    },
    { enableHighAccuracy: true, timeout: MOST_MS, maximumAge: 0 },
  );
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-here]");
  if (button) find(button);
});
document.addEventListener("htmx:load", ({ target }) => offer(target));
offer(document);
