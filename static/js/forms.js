// Forms: ask before what cannot be undone, send once, bring the errors into view, show both times of a moment.

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

for (const control of document.querySelectorAll("[data-autosubmit]")) {
  control.addEventListener("change", () => control.form?.requestSubmit());
}

document.querySelector("[data-focus]")?.focus();
