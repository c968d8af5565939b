// A sound for what must not be missed; opt-in, and silent until somebody asks for it.

const KEY = "karaul.bell";
const GRAVE = { extreme: 3, severe: 2 };
const NEW = new Set(["incident.reported", "incident.released"]);

/** A bell that rings once per lot of frames, more often the graver. */
export function liveBell(button) {
  let isOn = false;
  let audio = null;

  try {
    isOn = localStorage.getItem(KEY) === "on";
  } catch {
    // Without storage it starts silent.
  }

  function draw() {
    button.setAttribute("aria-pressed", String(isOn));
  }

  function ring(times) {
    audio ??= new AudioContext();
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
  }

  button.addEventListener("click", () => {
    isOn = !isOn;
    try {
      localStorage.setItem(KEY, isOn ? "on" : "off");
    } catch {
      // It lasts for this page.
    }
    draw();
    if (isOn) ring(1);
  });
  draw();

  return {
    hear(frames) {
      if (!isOn) return;
      const times = Math.max(0, ...frames.filter(({ kind }) => NEW.has(kind)).map(({ data }) => GRAVE[data.severity] ?? 0));
      if (times) ring(times);
    },
  };
}
