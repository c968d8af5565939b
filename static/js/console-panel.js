// The third column: an incident with its log and actions, drawn by the server under the reader's rights; of anything
// else that can be chosen on the map, its facts. It never takes the focus by itself.
import { chosenItem } from "./chosen.js";
import { refreshAges } from "./clock.js";
import { isInHand, isWrittenIn, unlessInHand } from "./fragments.js";
import { notify, shellText } from "./notices.js";
import { paint } from "./paint.js";
import { sendForm } from "./send-form.js";

const NO_ID = "00000000-0000-0000-0000-000000000000";

/**
 * The pane for what is chosen; `onShown(isShown)` when it fills or empties, `onClose()` when the reader closes it,
 * `onSent()` when a form of it was done. Returns {showIncident, showItem, clear, refresh, gone, incident}.
 */
export function consolePanel(pane, { onShown, onClose, onSent }) {
  const body = pane.querySelector(".chosen-body");
  const bar = pane.querySelector(".held");
  const close = pane.querySelector("[data-unchoose]");
  const drawItem = chosenItem(body);
  let incident = null;
  let drawn = null; // The incident that stands there: drawn anew, it stays where it was scrolled to.

  const isHeld = () => isInHand(body);
  const refresh = unlessInHand(bar, () => load(), isHeld);
  bar.addEventListener("click", () => load({ isAsked: true }));
  close.addEventListener("click", onClose);

  function shown(isShown) {
    close.hidden = !isShown;
    bar.hidden = true;
    onShown(isShown);
  }

  /** Draw it as it is now: at once if the reader asked, else with the page's next paint and under nobody's hand. */
  async function load({ isAsked = false, isKept = isAsked ? () => false : isHeld } = {}) {
    const wanted = incident;
    if (wanted === null) return;
    const answer = await fetched(body.dataset.at.replace(NO_ID, wanted));
    if (wanted !== incident || answer === null) return;
    if (answer.status === 404) return gone(wanted);
    const text = await answer.text();
    const draw = () => wanted === incident && (isKept() ? refresh.request() : put(text));
    if (isAsked) draw();
    else paint(draw);
  }

  function put(text) {
    const top = drawn === incident ? body.scrollTop : 0;
    drawn = incident;
    bar.hidden = true;
    body.innerHTML = text;
    window.htmx.process(body);
    refreshAges(body);
    body.scrollTop = top;
    pane.dispatchEvent(new Event("drawn"));
  }

  function say(text) {
    drawn = null;
    body.replaceChildren(Object.assign(document.createElement("p"), { className: "muted", textContent: text }));
  }

  function showIncident(id) {
    if (id !== incident) say(body.dataset.waiting);
    incident = id;
    drawn = null;
    shown(true);
    return load({ isAsked: true });
  }

  function showItem(item) {
    incident = null;
    drawn = null;
    drawItem(item);
    shown(true);
  }

  function clear() {
    incident = null;
    say(body.dataset.nothing);
    shown(false);
  }

  /** The reader no longer sees it: nothing of it stays. */
  function gone(id) {
    if (id !== incident) return;
    incident = null;
    say(body.dataset.unseen);
    bar.hidden = true;
  }

  // After forms.js, which may ask first.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || !body.contains(form) || form.method !== "post" || form.hasAttribute("hx-post")) return;
    event.preventDefault();
    const button = event.submitter;
    const isDone = await sendForm(form, button);
    delete form.dataset.sending;
    if (isDone) {
      form.reset();
      form.closest("details")?.removeAttribute("open");
      // What was begun in another form meanwhile stays.
      load({ isAsked: true, isKept: () => isWrittenIn(body) });
      onSent();
    }
  });

  clear();
  return {
    showIncident, showItem, clear, gone,
    refresh: refresh.request,
    get incident() {
      return incident;
    },
  };
}

/** The server's answer; null when there is none to show. */
async function fetched(address) {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.ok || answer.status === 404) return answer;
    if (answer.status === 401) location.reload();
    else notify(shellText("failed"), "error");
  } catch {
    notify(shellText("offline"), "warning");
  }
  return null;
}
