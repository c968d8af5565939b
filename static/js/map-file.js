// A file of a shape, read by the server at once and shown before anything is saved.

/** Send what [data-draw-file] in `box` is given to the address in data-read; `take(geometry)` gets the shape. */
export function fileReader(box, take) {
  const part = box.querySelector("[data-draw-file]");
  const input = part?.querySelector("input[type=file]");
  if (!input) return;
  const said = part.querySelector("[data-draw-said]");

  function say(text, isWrong) {
    said.textContent = text;
    said.classList.toggle("is-wrong", isWrong);
  }

  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    // What was read stands on the map: the file itself is not sent again.
    const body = new FormData();
    body.set("file", file);
    input.value = "";
    if (file.size > Number(part.dataset.most)) {
      say(part.dataset.wordLarge, true);
      return;
    }
    say(part.dataset.wordReading, false);
    try {
      const csrf = box.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(part.dataset.read, {
        method: "POST", body, headers: { "X-CSRFToken": csrf, Accept: "application/json" }, credentials: "same-origin",
      });
      const told = await answer.json();
      if (answer.ok) take(told.geometry);
      say(answer.ok ? told.note || `${part.dataset.wordDone} ${file.name}` : told.detail, !answer.ok);
    } catch {
      say(part.dataset.wordFailed, true);
    }
  });
}
