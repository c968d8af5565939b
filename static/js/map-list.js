// The map's twin: everything on it as a table that sorts, for keyboard, screen reader and print.
import { clockTime } from "./clock.js";
import { formatPlace, valueWord, word } from "./map-base.js";
import { LADDER } from "./map-style.js";

const SYMBOLS = document.getElementById("map-sources")?.dataset.symbols;

/** A severity's sign and word, as `agencies/_severity.html` draws it. */
export function severityMark(severity) {
  const step = LADDER.includes(severity) ? severity : "unknown";
  const mark = document.createElement("span");
  mark.className = `severity severity-${step}`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "symbol");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${SYMBOLS}#severity-${step}`);
  svg.append(use);
  mark.append(svg, valueWord(step));
  return mark;
}

const itemTime = (item) => item.fix_at ?? item.occurred_at ?? item.at ?? null;
export const itemTitle = (item) => item.title ?? item.name ?? item.ref ?? item.code ?? "";

const KEYS = {
  kind: (item) => word(item.type),
  severity: (item) => (item.severity ? LADDER.indexOf(item.severity) : LADDER.length),
  title: (item) => itemTitle(item),
  owner: (item) => item.lead ?? item.owner ?? "",
  at: (item) => itemTime(item) ?? "",
};

/** Show the items in the panel's table; `onChoose(id)` when one is picked. */
export function mapList(panel, { onChoose }) {
  const body = panel.querySelector("tbody");
  let items = [];
  let sort = { by: "at", isDown: true };

  function draw() {
    const key = KEYS[sort.by];
    const compare = (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
    const sorted = [...items].sort((a, b) => (sort.isDown ? -1 : 1) * compare(a, b));
    body.replaceChildren(...sorted.map(row));
    for (const button of panel.querySelectorAll("[data-sort]")) {
      const isThis = button.dataset.sort === sort.by;
      button.closest("th").setAttribute("aria-sort", isThis ? (sort.isDown ? "descending" : "ascending") : "none");
    }
  }

  function row(item) {
    const line = document.createElement("tr");
    line.dataset.row = "";
    const name = document.createElement("button");
    name.type = "button";
    name.className = "btn btn-link btn-sm p-0 text-start";
    name.textContent = itemTitle(item);
    name.addEventListener("click", () => onChoose(item.id));
    const at = itemTime(item);
    const cells = [
      word(item.type),
      item.severity ? severityMark(item.severity) : "",
      name,
      item.lead ?? item.owner ?? "",
      at ? clockTime(at) : "",
      item.isPoint ? formatPlace(item.place) : "",
    ];
    line.append(...cells.map((content) => {
      const cell = document.createElement("td");
      cell.append(content);
      return cell;
    }));
    return line;
  }

  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sort]");
    if (!button) return;
    sort = { by: button.dataset.sort, isDown: sort.by === button.dataset.sort ? !sort.isDown : false };
    draw();
  });

  return {
    show(next) {
      items = next;
      if (!panel.hidden) draw();
    },
    toggle(isShown) {
      panel.hidden = !isShown;
      if (isShown) draw();
    },
  };
}
