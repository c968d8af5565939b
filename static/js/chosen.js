// What was chosen on the map: the facts, the coordinates to copy, the way to its page.
import { fullTime, shortAge } from "./clock.js";
import { formatPlace, valueWord, word } from "./map-base.js";
import { itemTitle, severityMark } from "./map-list.js";

/** Draws what the map knows of an item into `body`. */
export function chosenItem(body) {
  function facts(item) {
    const rows = [
      [word("owner"), item.owner],
      [word("lead"), item.lead],
      [word("status"), item.status && valueWord(item.status)],
      [word("at"), item.occurred_at && fullTime(item.occurred_at)],
      [word("fix"), item.fix_at && `${fullTime(item.fix_at)} (${shortAge(Date.parse(item.fix_at))})`],
    ];
    const list = document.createElement("dl");
    list.className = "facts";
    for (const [name, value] of rows) if (value) list.append(pair(name, value));
    if (item.isPoint) list.append(pair(word("place"), coordinates(item.place)));
    return list;
  }

  function pair(name, value) {
    const both = document.createDocumentFragment();
    both.append(
      Object.assign(document.createElement("dt"), { textContent: name }),
      document.createElement("dd"),
    );
    both.lastChild.append(value);
    both.lastChild.className = "num";
    return both;
  }

  function coordinates(place) {
    const text = formatPlace(place, 5);
    const both = document.createElement("span");
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "copy";
    copy.textContent = word("copy");
    copy.addEventListener("click", () => navigator.clipboard?.writeText(text));
    both.append(text, " ", copy);
    return both;
  }

  return function show(item) {
    const marks = document.createElement("div");
    marks.className = "chosen-marks";
    marks.append(Object.assign(document.createElement("span"), { className: "chip", textContent: word(item.type) }));
    if (item.severity) marks.append(severityMark(item.severity));
    if (item.state) {
      marks.append(
        Object.assign(document.createElement("span"), { className: `state state-${item.state}`, textContent: valueWord(item.state) }),
      );
    }
    if (item.ref) marks.append(Object.assign(document.createElement("span"), { className: "ref muted", textContent: item.ref }));
    const title = Object.assign(document.createElement("h3"), { textContent: itemTitle(item) });
    body.replaceChildren(marks, title, facts(item));
    if (item.url) {
      body.append(Object.assign(document.createElement("a"), {
        className: "btn btn-sm btn-primary", href: item.url, textContent: word("open"),
      }));
    }
  };
}
