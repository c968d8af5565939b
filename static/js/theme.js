// Blocking, in the head, so that no page flashes white. Keeps the choice light, dark, night or auto.
(() => {
  const KEY = "karaul.theme";
  const root = document.documentElement;
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");

  let kept = "auto";

  function chosen() {
    try {
      return localStorage.getItem(KEY) || kept;
    } catch {
      return kept;
    }
  }

  function apply() {
    const choice = chosen();
    const theme = choice === "auto" ? (prefersDark.matches ? "dark" : "light") : choice;
    if (root.dataset.theme !== theme || !root.dataset.themeSet) {
      root.dataset.theme = theme;
      root.dataset.bsTheme = theme === "light" ? "light" : "dark";
      root.dataset.themeSet = "yes";
      root.style.colorScheme = root.dataset.bsTheme;
      document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
    }
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    kept = button.dataset.themeChoice;
    try {
      localStorage.setItem(KEY, kept);
    } catch {
      // Without storage the choice lasts for this page.
    }
    apply();
  });
  prefersDark.addEventListener("change", apply);
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", apply);
  apply();
})();
