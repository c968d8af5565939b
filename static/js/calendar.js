// A calendar opens at today, where that lies further down than the window reaches.
const [opened] = performance.getEntriesByType("navigation");

function showToday() {
  const today = [...document.querySelectorAll("[data-today]")].find((one) => one.getClientRects().length);
  if (today && today.getBoundingClientRect().bottom > innerHeight) today.scrollIntoView({ block: "center" });
}

/** A wide table begins at today, beside its fixed first column. */
function beginAtToday(wrap) {
  const today = wrap.querySelector("thead .is-today");
  const first = wrap.querySelector("thead .cover-section");
  if (!today) return;
  const fixed = getComputedStyle(first).position === "sticky" ? first.offsetWidth : 0;
  wrap.scrollLeft += today.getBoundingClientRect().left - wrap.getBoundingClientRect().left - fixed;
}

document.querySelectorAll("[data-scroll-today]").forEach(beginAtToday);

// Whoever comes back finds the page where it was left.
if (!location.hash && !["reload", "back_forward"].includes(opened?.type)) showToday();
