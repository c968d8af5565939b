// A click on [data-copy] puts its text on the clipboard and says so for a moment, in its own words: data-copied.
const SAID_MS = 1500;

/** Copy by a selection where the page is not on https, and browsers keep their clipboard shut. */
function bySelection(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "visually-hidden" });
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return bySelection(text);
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-copied]");
  if (!button || !(await copied(button.dataset.copy))) return;
  button.focus();
  const { copied: words } = button.dataset;
  if (button.textContent.trim() === words) return;
  const before = button.textContent;
  const said = button.closest(".written")?.parentElement.querySelector("[data-said]");
  button.textContent = words;
  if (said) said.textContent = `${button.dataset.copy}: ${words}`;
  setTimeout(() => {
    button.textContent = before;
    if (said) said.textContent = "";
  }, SAID_MS);
});
