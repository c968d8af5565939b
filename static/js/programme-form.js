// The form of programmes: only the fields of the chosen kind of recurrence, only the parties of the chosen agreement.
//
// What is put away is also disabled, so that it is not sent. Without this script all of it is shown.

const form = document.getElementById("programme-form");

/** Show or put away a part of the form. */
function show(part, isShown) {
  part.hidden = !isShown;
  for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !isShown;
}

/** Show the parts whose list of words in `data-<name>` has the chosen one. */
function keep(name, chosen) {
  for (const part of form.querySelectorAll(`[data-${name}]`)) {
    show(part, part.dataset[name].split(" ").includes(chosen));
  }
}

function arrange() {
  keep("for", form.elements.repeats.value);
  const { agreement } = form.elements;
  // The agreement of an existing programme does not change; all its parties are there.
  if (!agreement) return;
  keep("agreements", agreement.value);
  form.querySelector("[data-no-agreement]").hidden = agreement.value !== "";
}

form.addEventListener("change", arrange);
arrange();
// A programme that exists, or what came back with errors, has its dates already.
const preview = document.getElementById("preview");
if (form.elements.first_on.value && form.elements.start_time.value) {
  const ask = () => window.htmx.trigger(preview, "filled");
  if (document.readyState === "complete") ask();
  else addEventListener("load", ask);
}
