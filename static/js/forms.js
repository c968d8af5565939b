// Forms: ask before what cannot be undone, send once, bring the errors into view, say a picked moment plainly.
import { pickedTime } from "./clock.js";

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.guard === undefined || form.method === "get") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 5000);
});

// The browser's "back" shows the page as it was: the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

// A picker writes dates as the browser likes; below it stands the form of all pages.
const PICKER = 'input[type="datetime-local"]';
function sayPicked(picker) {
  const echo = picker.nextElementSibling;
  if (echo?.matches("output.picked")) echo.textContent = pickedTime(picker.value);
}
const sayAllPicked = (root) => root.querySelectorAll(PICKER).forEach(sayPicked);
document.addEventListener("input", ({ target }) => target.matches?.(PICKER) && sayPicked(target));
// Fields that come with a type, too.
document.addEventListener("htmx:load", ({ target }) => sayAllPicked(target));
sayAllPicked(document);

// Errors: on to the first field that has one; a link in the summary leads to its own.
const firstWrong = document.querySelector('[aria-invalid="true"]:not([type="hidden"], :disabled)');
(firstWrong ?? document.querySelector("[data-focus]"))?.focus();

// What is proposed below a field is taken over into it.
document.addEventListener("click", (event) => {
  const meant = event.target.closest?.("[data-take]")?.dataset.take;
  const input = meant && event.target.closest(".field")?.querySelector("input");
  if (!input) return;
  input.value = meant;
  input.focus();
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
});

document.addEventListener("click", (event) => {
  const name = event.target.closest?.("[data-field]")?.dataset.field;
  const control = name && event.target.closest("form")?.querySelector(`[name="${CSS.escape(name)}"]:not(:disabled)`);
  if (!control) return;
  event.preventDefault();
  // What is folded away cannot take the focus.
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  control.focus();
});
