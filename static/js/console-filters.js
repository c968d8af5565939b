// The console's filters: they stand in its address, and narrow open incidents, feed and map alike.
import { shellText } from "./notices.js";
import { store, stored } from "./storage.js";

// What else the console's address says.
const OTHER = new Set(["incident", "wall", "feed"]);

/**
 * Follow the filters drawn into `slot`; `onChange()` when the reader changes them. Returns {chosen, narrowed, lets, take,
 * draw, redrawForm}: the filters as parameters, an address with them, whether they let a record through; other filters
 * taken over; their number, and their form, drawn as the address has them.
 */
export function consoleFilters({ slot, count, unseen, agency, onChange }) {
  const chosen = () => new URLSearchParams([...new URLSearchParams(location.search)].filter(([name, value]) => value && !OTHER.has(name)));

  function draw() {
    const number = [...chosen()].length;
    count.textContent = number || "";
    count.hidden = !number;
  }

  /** Put other filters in the address, as a step that "back" undoes. */
  function put(query) {
    const kept = [...new URLSearchParams(location.search)].filter(([name]) => OTHER.has(name));
    const next = new URLSearchParams([...query, ...kept]);
    history.pushState(null, "", next.size ? `?${next}` : location.pathname);
    draw();
    onChange();
  }

  const redrawForm = () => window.htmx.trigger(slot, "refresh");

  function take(query) {
    put(query);
    redrawForm();
  }

  slot.addEventListener("submit", (event) => event.preventDefault());
  slot.addEventListener("change", (event) => {
    put([...new FormData(event.target.form)].filter(([, value]) => value));
  });
  slot.addEventListener("click", (event) => {
    if (event.target.closest("[data-clear]")) take([]);
  });

  /** Whether the filters let something through: what is no incident always, for they say nothing of it. */
  function lets({ type, id, data }) {
    if (type !== "incident") return true;
    for (const [name, value] of chosen()) {
      if (name === "mine" && data.owner !== agency) return false;
      if (name === "unseen" && !unseen(id)) return false;
      if (name === "days" && !(Date.now() - Date.parse(data.occurred_at) < Number(value) * 86_400e3)) return false;
      if (name === "text" && "title" in data && !says(data, value)) return false;
      if (["state", "severity", "category", "type", "owner"].includes(name) && name in data && data[name] !== value) return false;
    }
    return true;
  }

  /** Whether each word is in the title or the reference; of the narrative the feed knows nothing. */
  function says(data, words) {
    const said = `${data.ref} ${data.title}`.toLowerCase();
    return words.toLowerCase().split(/\s+/).every((word) => said.includes(word));
  }

  draw();
  return {
    chosen, lets, take, draw, redrawForm,
    /** An address of incidents, narrowed. */
    narrowed(address) {
      const query = chosen();
      return query.size ? `${address}?${query}` : address;
    },
  };
}

/** Named filters of one officer, kept on this computer. */
export function savedViews({ box, officer, filters }) {
  const VIEWS = `karaul.views.${officer}`;
  const list = box.querySelector("ul");
  const form = box.querySelector("form");
  const word = list.dataset.remove;

  const views = () => stored(VIEWS, JSON.parse) ?? [];

  function keep(next) {
    if (!store(VIEWS, JSON.stringify(next))) box.querySelector("[data-failed]").textContent = shellText("failed");
    draw();
  }

  function row({ name, query }) {
    const line = document.createElement("li");
    const open = Object.assign(document.createElement("a"), { textContent: name, href: query ? `?${query}` : "?" });
    open.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      filters.take([...new URLSearchParams(query)]);
      box.open = false;
    });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn-close" });
    remove.setAttribute("aria-label", `${word} ${name}`);
    remove.addEventListener("click", () => keep(views().filter((view) => view.name !== name)));
    line.append(open, remove);
    return line;
  }

  const draw = () => list.replaceChildren(...views().map(row));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = form.elements.name.value.trim();
    if (!name) return;
    keep([...views().filter((view) => view.name !== name), { name, query: String(filters.chosen()) }]);
    form.reset();
  });
  addEventListener("storage", (event) => event.key === VIEWS && draw());
  draw();
}
