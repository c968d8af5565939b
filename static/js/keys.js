// Single-key shortcuts; dead in controls, and they can be switched off (WCAG 2.1.4).
import { tinykeys } from "../vendor/tinykeys/tinykeys.js";
import { store, stored } from "./storage.js";

const LISTS = ".rows, tbody";
const OFF = "karaul.keys";
const dialog = document.getElementById("shortcuts");
const offBox = document.getElementById("shortcuts-off");

const isOff = () => stored(OFF) === "off";

function isBusy(event) {
  const target = event.target;
  return (
    isOff() ||
    event.defaultPrevented ||
    target.isContentEditable ||
    Boolean(target.closest?.("input:not([type=checkbox]), select, textarea, dialog[open], .ol-viewport"))
  );
}

const key = (action) => (event) => {
  if (isBusy(event)) return;
  if (action(event) !== false) event.preventDefault();
};

/** A letter by its place on the keyboard too: in a Cyrillic layout the same key does the same. */
export const letter = (one) => `(Key${one.toUpperCase()}|${one})`;

// When "g" began a sequence, the next letter belongs to it alone.
const SEQUENCE_MS = 1000;
let sequenceAt = -Infinity;

/** Let single keys do what a page is for; an action that returns false leaves the key to the browser. */
export function bind(actions) {
  const alone = (action) => key((event) => (event.timeStamp - sequenceAt < SEQUENCE_MS ? false : action(event)));
  tinykeys(window, Object.fromEntries(Object.entries(actions).map(([name, action]) => [name, alone(action)])));
}

function openShortcuts() {
  if (!dialog || dialog.open) return;
  offBox.checked = isOff();
  dialog.showModal();
}

function go(letter) {
  const link = document.querySelector(`[data-go="${letter}"]`);
  if (!link) return false;
  link.click();
  return true;
}

/** Move the focus among the rows of the list that has it, or of the page's first list. */
function step(by) {
  const list = document.activeElement?.closest(LISTS) ?? document.querySelector(`main :is(${LISTS})`);
  const rows = [...(list?.children ?? [])].filter((row) => !row.hidden);
  const links = rows.map((row) => row.querySelector("a[href], button")).filter(Boolean);
  if (!links.length) return false;
  const here = links.findIndex((link) => link.closest("li, tr").contains(document.activeElement));
  const next = links[Math.min(Math.max(here + by, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

/** Go to the period before or after, where a page has any. */
function turn(way) {
  const link = document.querySelector(`[data-step="${way}"]`);
  link?.click();
  return Boolean(link);
}

function focusFilter() {
  const control = document.querySelector("[data-filter], main input[type=search], main .filters :is(input, select)");
  control?.focus();
  return Boolean(control);
}

function openNew() {
  if (!dialog?.dataset.new) return false;
  location.assign(dialog.dataset.new);
  return true;
}

tinykeys(window, {
  "Shift+?": key(openShortcuts),
  "?": key(openShortcuts),
  [letter("g")]: key((event) => {
    sequenceAt = event.timeStamp;
    return false;
  }),
  ...Object.fromEntries([..."dipra"].map((one) => [`${letter("g")} ${letter(one)}`, key(() => go(one))])),
  [letter("n")]: key(openNew),
  "/": key(focusFilter),
  [letter("j")]: key(() => step(1)),
  [letter("k")]: key(() => step(-1)),
  "[": key(() => turn("back")),
  "]": key(() => turn("on")),
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-shortcuts]")) openShortcuts();
});
offBox?.addEventListener("change", () => store(OFF, offBox.checked ? "off" : "on"));
