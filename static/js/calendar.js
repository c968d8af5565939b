// A calendar opens at today, where that lies further down than the window reaches.
const [opened] = performance.getEntriesByType("navigation");

function showToday() {
  const today = [...document.querySelectorAll("[data-today]")].find((one) => one.getClientRects().length);
  if (today && today.getBoundingClientRect().bottom > innerHeight) today.scrollIntoView({ block: "center" });
}

// Whoever comes back finds the page where it was left.
if (!location.hash && !["reload", "back_forward"].includes(opened?.type)) showToday();
