// A sound for what must not be missed; opt-in, silent until somebody asks for it, and repeated until it is acknowledged.
import { store, stored } from "./storage.js";

const KEY = "karaul.bell";
const GRAVE = { extreme: 3, severe: 2 };
const NEW = new Set(["incident.reported", "incident.released"]);
const AGAIN_MS = 15_000;

/**
 * A bell behind `button`: it rings when something grave comes, and again and again while any waits to be acknowledged.
 * Browsers let a page sound only after a click or a key: until then its state says that it waits for one.
 */
export function liveBell(button) {
  let isOn = stored(KEY) === "on";
  let audio = null;
  let waiting = 0;

  const isReady = () => audio?.state === "running";

  function draw() {
    const state = !isOn ? "off" : !isReady() ? "blocked" : waiting ? "ringing" : "on";
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(isOn));
    button.title = button.dataset[state];
    button.querySelector("[data-bell-state]").textContent = button.dataset[state];
  }

  /** Wake the sound up; only a reader's own click or key may. */
  async function wake() {
    if (!isOn) return;
    audio ??= new AudioContext();
    if (audio.state === "suspended") await audio.resume().catch(() => {});
    draw();
  }

  function ring(times) {
    if (!isReady()) return;
    for (let stroke = 0; stroke < times; stroke += 1) {
      const at = audio.currentTime + stroke * 0.35;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = 660;
      volume.gain.setValueAtTime(0.12, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    }
    button.dataset.rang = Number(button.dataset.rang ?? 0) + 1;
  }

  button.addEventListener("click", async () => {
    isOn = !isOn;
    store(KEY, isOn ? "on" : "off");
    await wake();
    draw();
    if (isOn) ring(1);
  });
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, wake, { passive: true });
  setInterval(() => isOn && waiting && ring(2), AGAIN_MS);
  draw();

  return {
    hear(frames) {
      if (!isOn) return;
      const times = Math.max(0, ...frames.filter(({ kind }) => NEW.has(kind)).map(({ data }) => GRAVE[data.severity] ?? 0));
      if (times) ring(times);
    },
    /** So many grave ones wait to be acknowledged. */
    wait(number) {
      waiting = number;
      draw();
    },
  };
}
