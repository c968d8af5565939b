// What waits for the officer in person, in the bar: drawn anew when an escalation of one's own agency begins, goes on
// or ends, and when duty is handed over.
import { isGone } from "./live.js";
import { seldom } from "./seldom.js";

const CALLING = new Set(["escalation", "duty"]);
const slot = document.getElementById("calls");
const refresh = seldom(() => window.htmx.trigger(slot, "refresh"));

/** Whatever an event may change of who is called. */
export function callsHear(frame) {
  if (slot && (CALLING.has(frame.ref.type) || (frame.ref.type === "incident" && isGone(frame)))) refresh();
}
