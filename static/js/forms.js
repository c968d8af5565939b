// Forms: ask before what cannot be undone, send once and only to a server that answers, bring the errors into view,
// say a picked moment plainly.
import { pickedTime } from "./clock.js";
import { shellText } from "./notices.js";

const ANSWER_MS = 10_000;
const AGAIN_MS = 5_000;
const leaving = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  // What another script sends without leaving the page stays as it is.
  if (event.defaultPrevented || leaving.delete(form)) return;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.method === "get") return;
  event.preventDefault();
  if (!form.dataset.sending) leave(form, event.submitter);
});

/** Send a form once the server has answered: without a signal the browser would lose page and words. */
async function leave(form, submitter) {
  form.dataset.sending = "yes";
  const fault = await whyNot();
  form.querySelector("[data-unsent]")?.remove();
  if (fault) {
    delete form.dataset.sending;
    say(form, submitter, shellText(fault));
  } else if (form.isConnected) {
    renewToken(form);
    leaving.add(form);
    form.requestSubmit(submitter);
    leaving.delete(form);
    setTimeout(() => delete form.dataset.sending, AGAIN_MS);
  }
}

/** Say it above the button that was pressed: at the page's edge it would cover it. */
function say(form, submitter, text) {
  const said = Object.assign(document.createElement("p"), { className: "errors", role: "alert", textContent: text });
  said.dataset.unsent = "";
  (submitter?.closest(".form-actions") ?? submitter ?? form.lastElementChild).before(said);
}

/** Why a form is not to leave: nobody answers, the session is over or somebody else's; "" where it may. */
async function whyNot() {
  const own = document.getElementById("calls");
  const address = own?.getAttribute("hx-get") ?? "/livez";
  try {
    const headers = { "HX-Request": "true" };
    const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    if (own && answer.status === 401) return "ended";
    if (own && answer.ok && answer.headers.get("Karaul-Officer") !== own.dataset.officer) return "other";
    return answer.ok ? "" : "unsent";
  } catch {
    return "unsent";
  }
}

/** A log-in in another tab has changed the token that the form was drawn with. */
function renewToken(form) {
  const field = form.elements.csrfmiddlewaretoken;
  const now = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (field && now) field.value = now;
}

// Ctrl+Enter sends a text, where there is one way to send it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.("textarea")) return;
  const { form } = event.target;
  const buttons = [...(form?.elements ?? [])].filter(({ type }) => type === "submit");
  if (buttons.length !== 1) return;
  event.preventDefault();
  form.requestSubmit(buttons[0]);
});

// The browser's "back" shows the page as it was: the form may be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

// What is told once was made by the form that led here: loading the page again must not make another.
if (document.querySelector("[data-told-once]")) history.replaceState(null, "", location.href);

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
  input.focus();
  writeInto(input, meant);
});

/** Put a text into a field as if it had been typed there. */
export function writeInto(input, text) {
  input.value = text;
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const name = event.target.closest?.("[data-field]")?.dataset.field;
  const control = name && event.target.closest("form")?.querySelector(`[name="${CSS.escape(name)}"]:not(:disabled)`);
  if (!control) return;
  event.preventDefault();
  // What is folded away cannot take the focus.
  for (let fold = control.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  control.focus();
});
