// Lists of options that explain themselves (agencies/forms/choices.py): a box that filters a long one, options that
// close as another field is set, and a sentence that says whom the chosen let in. Without this they are plain lists.

function fill(list) {
  const { decidedBy } = list.dataset;
  if (decidedBy === undefined) return;
  const form = list.closest("form");
  const value = form?.elements[decidedBy]?.value ?? "";
  for (const option of list.querySelectorAll(".choice")) {
    const input = option.querySelector("input");
    const closed = value ? option.dataset.refused.split(" ").includes(value) : input.hasAttribute("data-closed");
    input.disabled = closed;
    // What is closed is not sent; it must not look as if it were.
    if (closed) input.checked = false;
  }
  if (value) for (const why of list.querySelectorAll("[data-why]")) why.hidden = why.dataset.why !== value;
  tell(list, value);
}

function tell(list, value) {
  const told = list.querySelector("[data-chosen]");
  if (!told) return;
  const chosen = [...list.querySelectorAll(".choice:has(input:checked)")].map((option) => option.dataset.who);
  const sentence = list.querySelector(`template[data-sees="${CSS.escape(value)}"]`)?.content.textContent;
  told.hidden = !chosen.length || !sentence;
  told.textContent = told.hidden ? "" : sentence.replace("{who}", chosen.join("; "));
}

function narrow(list, wanted) {
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const group of list.querySelectorAll(".choices-group")) {
    let left = 0;
    for (const option of group.querySelectorAll(".choice")) {
      const text = option.textContent.toLocaleLowerCase();
      const fits = words.every((word) => text.includes(word));
      // What is chosen stays in sight, whatever is looked for.
      option.hidden = !fits && !option.querySelector("input").checked;
      left += option.hidden ? 0 : 1;
    }
    group.hidden = left === 0;
    found += left;
  }
  list.querySelector("[data-none]").hidden = found > 0;
}

function prepare(root) {
  for (const list of root.querySelectorAll(".choices")) {
    if (list.dataset.ready) continue;
    list.dataset.ready = "yes";
    for (const input of list.querySelectorAll(".choice input:disabled")) input.dataset.closed = "";
    const filter = list.querySelector("[data-filter]");
    if (filter) {
      filter.hidden = false;
      filter.addEventListener("input", () => narrow(list, filter.value));
      // Return in the box is no wish to send the form.
      filter.addEventListener("keydown", (event) => {
        if (event.key === "Enter") event.preventDefault();
      });
    }
    fill(list);
  }
}

document.addEventListener("change", (event) => {
  for (const list of event.target.form?.querySelectorAll(".choices[data-decided-by]") ?? []) fill(list);
});
addEventListener("pageshow", () => {
  for (const list of document.querySelectorAll(".choices[data-ready]")) fill(list);
});
document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
prepare(document);
