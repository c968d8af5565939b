// One place for what htmx sends and for what happens when an answer is a refusal.
import { outlivesSession } from "./fragments.js";
import { notify, shellText } from "./notices.js";

const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

// A form that comes back with its errors (422) replaces itself; other refusals leave the page as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("htmx:responseError", (event) => {
  const { status, responseText } = event.detail.xhr;
  // A refusal comes in its own words, as plain text.
  const isPlain = event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  if (status === 401) {
    if (outlivesSession()) notify(shellText("over"), "error");
    else toLogin();
  } else if (event.detail.elt.dataset.quiet === undefined) {
    const words = shellText({ 403: "forbidden", 404: "gone" }[status] ?? "failed");
    notify((status !== 404 && isPlain && responseText) || words, "error");
  }
});
document.addEventListener("htmx:sendError", () => notify(shellText("offline"), "warning"));
document.addEventListener("htmx:timeout", () => notify(shellText("offline"), "warning"));

/** Leave for the login page and come back afterwards. */
function toLogin() {
  const here = location.pathname + location.search;
  location.assign(`/accounts/login/?next=${encodeURIComponent(here)}`);
}
