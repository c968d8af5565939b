/**
 * The page's one connection to the live feed (docs/live.md).
 *
 * A page is drawn with a cursor; `connect` brings everything that comes after it, each event once,
 * in order. It resumes by itself after any interruption and always says how fresh the page is.
 */

const BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 30_000;
const SILENCE_MS = 60_000;
const POLL_MS = 5_000;
const FAILURES_BEFORE_POLLING = 2;
const REMEMBERED = 2_000;
const PAGE = 200;
const NOT_LOGGED_IN = 4401;
const RIGHTS_CHANGED = 4403;
const RELOADED = "live.reloaded";

/**
 * Open the feed and keep it open.
 *
 * onEvent(frame)            one event: {cursor, id, kind, at, ref: {type, id}, data}
 * onState({state, lastAt})  state: "connecting" | "open" | "polling" | "offline" | "ended";
 *                           lastAt: ms since 1970 of the last word from the server, or null
 * onResync({cursor})        too much was missed: draw everything anew (by default the page is loaded again)
 * onEnded(code)             session or rights are gone (by default the page is loaded again, which leads to log-in)
 *
 * Returns {close(), retry(), cursor, state}.
 */
export function connect({
  url = "/ws/live/",
  feed = "/api/v1/events/",
  cursor = null,
  onEvent = () => {},
  onState = () => {},
  onResync = () => reload(),
  onEnded = () => reload(),
} = {}) {
  const seen = new Set();
  let state = "connecting";
  let lastAt = null;
  let socket = null;
  let failures = 0;
  let retryTimer = null;
  let silenceTimer = null;
  let pollTimer = null;
  let polling = null; // The poll under way: an AbortController.

  function tell(next = state) {
    state = next;
    safely(onState, { state, lastAt });
  }

  function heard(next) {
    lastAt = Date.now();
    tell(next);
  }

  /** Hand an event on, unless it came already by the other way. */
  function take(frame) {
    cursor = frame.cursor;
    if (seen.has(frame.id)) return;
    seen.add(frame.id);
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
    safely(onEvent, frame);
  }

  function resync(next) {
    cursor = next;
    safely(onResync, { cursor });
  }

  function end(code) {
    if (state === "ended") return;
    shut();
    tell("ended");
    if (code !== undefined) safely(onEnded, code);
  }

  function shut() {
    clearTimeout(retryTimer);
    stopPolling();
    drop();
    globalThis.removeEventListener?.("online", retry);
    globalThis.removeEventListener?.("offline", lost);
    globalThis.document?.removeEventListener("visibilitychange", onVisible);
  }

  // --- the socket

  function open() {
    clearTimeout(retryTimer);
    drop();
    const address = new URL(url, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (cursor) address.searchParams.set("after", cursor);
    const mine = new WebSocket(address.href);
    socket = mine;
    mine.onmessage = (message) => {
      if (mine === socket) onMessage(JSON.parse(message.data));
    };
    mine.onclose = (closing) => {
      if (mine === socket) onClose(closing.code);
    };
    watch();
  }

  /** Forget the socket without hearing of its end. */
  function drop() {
    clearTimeout(silenceTimer);
    const old = socket;
    socket = null;
    old?.close();
  }

  /** A server that says nothing for a minute, not even a beat, is not there. */
  function watch() {
    clearTimeout(silenceTimer);
    silenceTimer = setTimeout(() => {
      drop();
      onClose(1006);
    }, SILENCE_MS);
  }

  function onMessage(frame) {
    watch();
    if (frame.kind === "hello") {
      failures = 0;
      stopPolling();
      cursor = frame.cursor;
    } else if (frame.kind === "resync") {
      resync(frame.cursor);
    } else if (frame.kind !== "beat") {
      take(frame);
    }
    heard("open");
  }

  function onClose(code) {
    clearTimeout(silenceTimer);
    socket = null;
    if (code === NOT_LOGGED_IN || code === RIGHTS_CHANGED) {
      end(code);
      return;
    }
    failures += 1;
    if (failures >= FAILURES_BEFORE_POLLING) startPolling();
    else tell("connecting");
    const most = Math.min(LONGEST_BACK_OFF_MS, BACK_OFF_MS * 2 ** Math.min(failures, 10));
    retryTimer = setTimeout(open, Math.random() * most);
  }

  /** Try again now: the network is back, or somebody looks. */
  function retry() {
    if (state === "ended") return;
    const isSilent = state === "open" && Date.now() - lastAt > SILENCE_MS;
    if (socket === null || isSilent) open();
    if (polling === null && pollTimer !== null) poll();
  }

  /** The network says that it is gone: nobody is to wait a minute to be told. */
  function lost() {
    if (state === "ended") return;
    drop();
    onClose(1006);
  }

  function onVisible() {
    if (document.visibilityState === "visible") retry();
  }

  // --- the way round it

  function startPolling() {
    // Without a cursor there is nothing to continue from.
    if (cursor === null) tell("offline");
    else if (pollTimer === null && polling === null) poll();
  }

  function stopPolling() {
    clearTimeout(pollTimer);
    pollTimer = null;
    polling?.abort();
    polling = null;
  }

  async function poll() {
    clearTimeout(pollTimer);
    const mine = new AbortController();
    polling = mine;
    let isMore = false;
    try {
      isMore = await pollOnce(mine);
    } catch {
      if (mine === polling) tell("offline");
    }
    if (mine !== polling) return;
    polling = null;
    pollTimer = setTimeout(poll, isMore ? 0 : POLL_MS);
  }

  /** Fetch one page; return whether there may be more. */
  async function pollOnce(mine) {
    const address = `${feed}?after=${encodeURIComponent(cursor)}&limit=${PAGE}`;
    const late = setTimeout(() => mine.abort(), POLL_MS * 3);
    try {
      const answer = await fetch(address, {
        signal: mine.signal,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      if (mine !== polling) return false;
      if (answer.status === 401 || answer.status === 403) {
        end(answer.status === 401 ? NOT_LOGGED_IN : RIGHTS_CHANGED);
        return false;
      }
      if (answer.status === 400) {
        // The feed does not know this cursor any more; the socket will give a new one.
        stopPolling();
        resync(null);
        return false;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = await answer.json();
      if (mine !== polling) return false;
      page.results.forEach(take);
      cursor = page.cursor;
      heard("polling");
      return page.results.length === PAGE;
    } finally {
      clearTimeout(late);
    }
  }

  globalThis.addEventListener?.("online", retry);
  globalThis.addEventListener?.("offline", lost);
  globalThis.document?.addEventListener("visibilitychange", onVisible);
  tell("connecting");
  open();

  return {
    close: () => end(),
    retry,
    get cursor() {
      return cursor;
    },
    get state() {
      return state;
    },
  };
}

/** Whether an event says that the reader no longer sees a record: whoever still does gets its headline along. */
export const isGone = (frame) => /\.(withdrawn|release_ended)$/.test(frame.kind) && !Object.keys(frame.data).length;

/** One subscriber's fault does not stop the feed. */
function safely(call, argument) {
  try {
    call(argument);
  } catch (error) {
    console.error(error);
  }
}

/** Load the page again, after a random moment, and not in a circle. */
export function reload() {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  const isSoon = Date.now() - last < SILENCE_MS / 2;
  const wait = isSoon ? LONGEST_BACK_OFF_MS : Math.random() * 1_500;
  setTimeout(() => {
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }, wait);
}
