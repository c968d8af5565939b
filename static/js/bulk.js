// Many incidents at once: ticked in the list, acknowledged by one request.
import { whyNot } from "./forms.js";
import { notify, shellText } from "./notices.js";
import { sendForm } from "./send-form.js";

/** Follow the tick boxes in `panel`; `form` is shown while any is ticked. Returns {isAny, toggle, send, sendOne}. */
export function bulkActions({ panel, form, onSent }) {
  const ticked = new Set();
  const boxes = () => [...panel.querySelectorAll(".tick")];

  function draw() {
    form.hidden = ticked.size === 0;
    form.querySelector("[data-count]").textContent = ticked.size;
    for (const box of boxes()) box.checked = ticked.has(box.value);
  }

  /** What is gone from the list, or needs nothing any more, is not ticked. */
  function restore() {
    const there = new Set(boxes().map((box) => box.value));
    for (const id of ticked) if (!there.has(id)) ticked.delete(id);
    draw();
  }

  panel.addEventListener("change", (event) => {
    const box = event.target.closest(".tick");
    if (!box) return;
    if (box.checked) ticked.add(box.value);
    else ticked.delete(box.value);
    draw();
  });
  panel.addEventListener("htmx:afterSwap", restore);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.querySelector("[data-all]").addEventListener("click", () => {
    for (const box of boxes()) ticked.add(box.value);
    draw();
  });
  form.querySelector("[data-none]").addEventListener("click", () => {
    ticked.clear();
    draw();
  });

  async function send() {
    const fault = await whyNot(form);
    if (fault) {
      notify(shellText(fault), "error");
      return;
    }
    await sendForm(form);
    ticked.clear();
    draw();
    onSent();
  }

  draw();
  return {
    send,
    get isAny() {
      return ticked.size > 0;
    },
    /** Tick or untick the row of an incident; false when there is nothing to tick. */
    toggle(row) {
      const box = row?.querySelector(".tick");
      if (!box) return false;
      box.click();
      return true;
    },
    /** Acknowledge one alone; false when it needs no acknowledging. */
    sendOne(id) {
      const box = boxes().find((one) => one.value === id);
      if (!box) return false;
      ticked.clear();
      ticked.add(id);
      draw();
      send();
      return true;
    },
  };
}
