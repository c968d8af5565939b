// Send a page's form without leaving the page: what the answering page says is said here.
import { notify, shellText } from "./notices.js";

const KINDS = ["success", "warning", "error", "info"];

/**
 * Send `form` as its button would. Returns whether it was done; a form that comes back with its errors takes the place
 * of the one that was sent. Session's end leads to the log-in page.
 */
export async function sendForm(form, submitter = null) {
  const page = await answered(form, submitter);
  if (page === null) return false;
  tell(page);
  const again = [...page.querySelectorAll("form")].find(
    (one) => one.getAttribute("action") === form.getAttribute("action") && one.querySelector(".errors, [aria-invalid=true]"),
  );
  if (again && form.isConnected) {
    form.replaceWith(again);
    again.querySelector("[aria-invalid=true]")?.focus();
  }
  return !again && !page.querySelector("#notices .notice-error");
}

async function answered(form, submitter) {
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form, submitter), headers: { Accept: "text/html" } });
    if (new URL(answer.url).pathname.startsWith("/accounts/login/")) {
      location.reload();
      return null;
    }
    if (answer.ok || answer.status === 422) return new DOMParser().parseFromString(await answer.text(), "text/html");
    notify(shellText({ 403: "forbidden", 404: "gone" }[answer.status] ?? "failed"), "error");
  } catch {
    notify(shellText("offline"), "warning");
  }
  return null;
}

function tell(page) {
  for (const notice of page.querySelectorAll("#notices > .notice")) {
    const kind = KINDS.find((one) => notice.classList.contains(`notice-${one}`)) ?? "info";
    notify(notice.textContent.trim(), kind);
  }
}
