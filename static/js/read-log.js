// Notes how far the log was read: its last line, once it has been in sight on an open page for a moment.

const STAYS_MS = 2000;

export function watchReading() {
  let told = null;
  let timer = null;

  const lines = () => document.getElementById("log-lines");
  const last = () => [...(lines()?.querySelectorAll("[data-entry]") ?? [])].at(-1);

  function isInSight(element) {
    if (document.visibilityState !== "visible" || !element) return false;
    const { top, bottom } = element.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }

  function look() {
    clearTimeout(timer);
    const entry = last();
    if (!entry || entry.dataset.entry === told || !isInSight(entry)) return;
    timer = setTimeout(() => {
      if (last()?.dataset.entry === entry.dataset.entry && isInSight(entry)) tell(entry.dataset.entry);
    }, STAYS_MS);
  }

  async function tell(id) {
    told = id;
    const headers = {
      "Content-Type": "application/x-www-form-urlencoded",
      "HX-Request": "true",
      "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "",
    };
    try {
      const answer = await fetch(lines().dataset.readAt, { method: "POST", headers, body: new URLSearchParams({ entry: id }) });
      if (!answer.ok) told = null;
    } catch {
      told = null;
    }
  }

  /** Say how much is new to who cannot see it come. */
  function say() {
    const status = document.getElementById("log-status");
    const words = document.getElementById("log-unread")?.textContent.trim() ?? "";
    if (status && status.textContent !== words) status.textContent = words;
  }

  for (const name of ["scroll", "visibilitychange"]) document.addEventListener(name, look, { passive: true });
  document.addEventListener("htmx:afterSettle", () => {
    say();
    look();
  });
  look();
}
