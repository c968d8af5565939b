// Forms: ask before what cannot be undone, send once and only to a server that answers, bring the errors into view,
// say a picked moment plainly.
import { pickedTime } from "./clock.js";
import { isWrittenIn } from "./fragments.js";
import { notify, shellText } from "./notices.js";

const ANSWER_MS = 10_000;
// Longer than the proxy waits for an answer to what was sent.
const AGAIN_MS = 70_000;
const FIELD = "input:not([type=submit], [type=button], [type=reset], [type=image], [type=file])";
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
  if (form.method !== "post") return;
  event.preventDefault();
  if (form.dataset.sending) say(form, event.submitter, shellText("sending"));
  else if (!others(form) || confirm(shellText("others"))) leave(form, event.submitter);
});

/** Whether another form of the page is written in, and would go with it. */
const others = (form) => [...document.querySelectorAll("#main form")].some((one) => one !== form && isWrittenIn(one));

/** Send a form once the server has answered: without a signal the browser would lose page and words. */
async function leave(form, submitter) {
  form.dataset.sending = "yes";
  form.querySelector("[data-unsent]")?.remove();
  const fault = await whyNot(form);
  const isThere = form.isConnected && (submitter?.isConnected ?? true);
  if (fault || !isThere) {
    delete form.dataset.sending;
    say(form, submitter, shellText(fault || "unsent"));
    return;
  }
  leaving.add(form);
  form.requestSubmit(submitter);
  if (leaving.delete(form)) delete form.dataset.sending;
  else setTimeout(() => delete form.dataset.sending, AGAIN_MS);
}

/** Say it above the button that was pressed: at the page's edge it would cover it; there where the form is gone. */
function say(form, submitter, text) {
  if (!form.isConnected) {
    notify(text, "error");
    return;
  }
  form.querySelector("[data-unsent]")?.remove();
  const said = Object.assign(document.createElement("p"), { className: "errors", role: "alert", textContent: text });
  said.dataset.unsent = "";
  const button = submitter?.isConnected ? submitter : form.lastElementChild;
  (button.closest(".form-actions") ?? button).before(said);
}

/**
 * Why a form is not to be sent, by the name of a text: nobody answers, the session is over or somebody else's. "" where
 * it is; then it has the token that counted before it was asked: that of who logs in meanwhile would send another's words.
 */
export async function whyNot(form) {
  const token = tokenNow();
  const fault = await faultNow();
  const field = form.elements.csrfmiddlewaretoken;
  if (!fault && field && token) field.value = token;
  return fault;
}

async function faultNow() {
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

/** The token that counts now: a log-in in another tab changes the one that a form was drawn with. */
const tokenNow = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

// Ctrl+Enter sends a text, where there is one plain way to send it; a button with a name is another way. Of several ways
// Enter in a field takes the plain one, not whichever comes first: a reason typed for the last step would take the first.
document.addEventListener("keydown", (event) => {
  const { target, key, isComposing, defaultPrevented } = event;
  if (key !== "Enter" || isComposing || defaultPrevented || target.form?.method !== "post") return;
  const isText = target.matches("textarea") && (event.ctrlKey || event.metaKey);
  if (!isText && !target.matches(FIELD)) return;
  const ways = [...target.form.elements].filter(({ type }) => type === "submit");
  if (ways.length < 2 && !isText) return;
  event.preventDefault();
  const plain = ways.length > 1 ? ways.filter(({ name }) => !name) : ways;
  if (plain.length === 1) target.form.requestSubmit(plain[0]);
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
