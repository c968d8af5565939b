// Questions under a button (agencies/_ask.html): kept within the window, and closed by Escape.
const MARGIN = 8;

/** Move an open question aside by as much as it stands out of the window. */
function fit(ask) {
  const body = ask.querySelector(".ask-body");
  if (!body) return;
  body.style.translate = "";
  const { left, right } = body.getBoundingClientRect();
  const over = Math.max(0, right - document.documentElement.clientWidth + MARGIN);
  const aside = Math.max(-over, MARGIN - left);
  if (over || left < MARGIN) body.style.translate = `${aside}px`;
}

const fitAll = () => document.querySelectorAll("details.ask[open]").forEach(fit);

// "toggle" does not bubble.
document.addEventListener("toggle", (event) => event.target.matches?.("details.ask[open]") && fit(event.target), true);
addEventListener("resize", fitAll);
fitAll();

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const ask = event.target.closest?.("details.ask[open]") ?? document.querySelector("details.ask[open]");
  if (!ask) return;
  event.preventDefault();
  ask.open = false;
  ask.querySelector("summary").focus();
});
