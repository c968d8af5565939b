// The calls in the bar: drawn anew when an escalation of one's own agency begins, goes on or ends.
import { isGone } from "./live.js";
import { seldom } from "./seldom.js";

const slot = document.getElementById("calls");
const refresh = seldom(() => window.htmx.trigger(slot, "refresh"));

/** Whatever an event may change of who is called. */
export function callsHear(frame) {
  if (slot && (frame.ref.type === "escalation" || (frame.ref.type === "incident" && isGone(frame)))) refresh();
}
