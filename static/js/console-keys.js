// Single keys of the console, beside those of every page (keys.js).
import { bind, letter } from "./keys.js";

/** x tick, a acknowledge, o into the chosen one, l write to the log, m map, w wall board, Escape close. */
export function consoleKeys({ board, list, bulk, panel, tabs, wall, choose }) {
  const row = () => document.activeElement?.closest?.("#open-incidents [data-id]");

  function acknowledge() {
    if (bulk.isAny) {
      bulk.send();
      return true;
    }
    const here = row()?.dataset.id;
    if (here) return bulk.sendOne(here);
    const button = board.querySelector("#chosen-body [data-acknowledge]");
    button?.click();
    return Boolean(button);
  }

  /** Do something in the panel of the row at hand, which is chosen first. */
  const inPanel = (act) => () => {
    const here = row()?.dataset.id;
    if (!here || here === panel.incident) return act();
    choose(here, { pan: true });
    document.getElementById("chosen").addEventListener("drawn", act, { once: true });
    return true;
  };

  function focusPanel() {
    const first = board.querySelector("#chosen-body :is(a[href], button, summary)");
    if (!first) return false;
    tabs.show("chosen");
    first.focus();
    return true;
  }

  function focusLog() {
    const field = board.querySelector("#chosen-body #log textarea");
    if (!field) return false;
    tabs.show("chosen");
    field.scrollIntoView({ block: "nearest" });
    field.focus();
    return true;
  }

  bind({
    [letter("x")]: () => bulk.toggle(row()),
    [letter("a")]: acknowledge,
    [letter("o")]: inPanel(focusPanel),
    [letter("l")]: inPanel(focusLog),
    [letter("m")]: () => {
      tabs.show("map");
      document.getElementById("map").focus();
    },
    [letter("w")]: wall.toggle,
    Escape: () => {
      if (panel.incident !== null || board.hasAttribute("data-chosen")) choose(null);
      else if (wall.isOn()) wall.toggle();
      else return false;
      return true;
    },
  });
  list.addEventListener("keydown", (event) => {
    // On a tick box Enter opens the row, as on its name.
    if (event.key === "Enter" && event.target.matches(".tick")) {
      event.preventDefault();
      choose(row().dataset.id, { pan: true });
    }
  });
}
