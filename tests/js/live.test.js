/** The page's connection to the feed, against a fake browser: node --test tests/js */

import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { connect } from "../../static/js/live.js";
import { seldom } from "../../static/js/seldom.js";

let sockets;
let answers;
let asked;
let listeners;
let reloads;
let live;

class FakeSocket {
  constructor(address) {
    this.address = address;
    this.isClosed = false;
    sockets.push(this);
  }

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }

  fail(code = 1006) {
    this.onclose({ code });
  }

  close() {
    this.isClosed = true;
  }
}

const frame = (n, more = {}) => ({ cursor: `c${n}`, id: `id${n}`, kind: "incident.reported", ...more });
const hello = (cursor) => ({ kind: "hello", cursor });
const newest = () => sockets.at(-1);
/** Let pending promises run; timers are not touched. */
const settle = async () => {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
};
const pass = async (ms) => {
  mock.timers.tick(ms);
  await settle();
};

/** Open the feed and write down all it says. */
function open(options = {}) {
  const log = { events: [], states: [], resyncs: [], ended: [] };
  live = connect({
    cursor: "c0",
    onEvent: (event) => log.events.push(event.id),
    onState: (state) => log.states.push(state),
    onResync: (place) => log.resyncs.push(place),
    onEnded: (code) => log.ended.push(code),
    ...options,
  });
  log.state = () => log.states.at(-1).state;
  return log;
}

beforeEach(() => {
  sockets = [];
  answers = [];
  asked = [];
  reloads = 0;
  listeners = {};
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  mock.method(Math, "random", () => 1);
  const stored = new Map();
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    location: {
      href: "https://karaul.example/",
      reload: () => {
        reloads += 1;
      },
    },
    sessionStorage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => stored.set(key, value),
    },
    fetch: async (address) => {
      asked.push(address);
      const answer = answers.shift() ?? { status: 503 };
      if (answer instanceof Error) throw answer;
      return { ok: answer.status === 200, status: answer.status, json: async () => answer.body };
    },
    document: {
      visibilityState: "visible",
      addEventListener: (name, call) => {
        listeners[name] = call;
      },
      removeEventListener: (name) => delete listeners[name],
    },
    addEventListener: (name, call) => {
      listeners[name] = call;
    },
    removeEventListener: (name) => delete listeners[name],
  });
});

afterEach(() => {
  live?.close();
  live = undefined;
  mock.timers.reset();
  mock.restoreAll();
});

test("opens with the page's cursor, on the page's own origin", () => {
  const log = open();
  assert.equal(newest().address, "wss://karaul.example/ws/live/?after=c0");
  assert.equal(log.state(), "connecting");
  assert.equal(log.states[0].lastAt, null);
  newest().say(hello("c0"));
  assert.deepEqual(log.states.at(-1), { state: "open", lastAt: 1_000_000 });
});

test("without a cursor it begins where the server says", () => {
  open({ cursor: null });
  assert.equal(newest().address, "wss://karaul.example/ws/live/");
  newest().say(hello("c7"));
  assert.equal(live.cursor, "c7");
});

test("hands each event on once, and resumes after the last", async () => {
  const log = open();
  newest().say(hello("c0"));
  newest().say(frame(1));
  newest().say(frame(2));
  newest().fail();
  assert.equal(log.state(), "connecting");
  await pass(2_000);
  assert.match(newest().address, /after=c2$/);
  newest().say(hello("c2"));
  newest().say(frame(2));
  newest().say(frame(3));
  assert.deepEqual(log.events, ["id1", "id2", "id3"]);
});

test("backs off with jitter, up to half a minute", async () => {
  open();
  const waits = [];
  for (let n = 0; n < 8; n += 1) {
    const count = sockets.length;
    newest().fail();
    let waited = 0;
    while (sockets.length === count) {
      await pass(500);
      waited += 500;
    }
    waits.push(waited);
  }
  assert.deepEqual(waits, [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  mock.method(Math, "random", () => 0);
  newest().fail();
  const count = sockets.length;
  await pass(1);
  assert.equal(sockets.length, count + 1);
});

test("polls after two failures, and goes on trying the socket", async () => {
  const log = open();
  answers.push({ status: 200, body: { results: [frame(1)], cursor: "c1" } });
  newest().fail();
  assert.equal(asked.length, 0);
  await pass(2_000);
  newest().fail();
  await settle();
  assert.deepEqual(asked, ["/api/v1/events/?after=c0&limit=200"]);
  assert.equal(log.state(), "polling");
  assert.deepEqual(log.events, ["id1"]);
  answers.push({ status: 200, body: { results: [], cursor: "c1" } });
  await pass(4_000);
  assert.match(newest().address, /after=c1$/);
  await pass(1_000);
  assert.equal(asked.at(-1), "/api/v1/events/?after=c1&limit=200");
  newest().say(hello("c1"));
  newest().say(frame(1));
  newest().say(frame(2));
  assert.deepEqual(log.events, ["id1", "id2"]);
  assert.equal(log.state(), "open");
  const count = asked.length;
  await pass(20_000);
  assert.equal(asked.length, count);
});

test("a full page is followed at once by the next", async () => {
  open();
  const full = Array.from({ length: 200 }, (_, n) => frame(n + 1));
  answers.push({ status: 200, body: { results: full, cursor: "c200" } });
  answers.push({ status: 200, body: { results: [frame(201)], cursor: "c201" } });
  newest().fail();
  await pass(2_000);
  newest().fail();
  await settle();
  await pass(1);
  assert.equal(asked.at(-1), "/api/v1/events/?after=c200&limit=200");
  assert.equal(live.cursor, "c201");
});

test("a poll that answers after the socket is open changes nothing", async () => {
  const log = open();
  let answer;
  globalThis.fetch = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  newest().fail();
  await pass(2_000);
  newest().fail();
  await pass(4_000);
  newest().say(hello("c5"));
  answer({ ok: true, status: 200, json: async () => ({ results: [frame(1)], cursor: "c1" }) });
  await settle();
  assert.equal(live.cursor, "c5");
  assert.equal(log.state(), "open");
  assert.deepEqual(log.events, []);
});

test("says offline when neither way works, and how old the last word is", async () => {
  const log = open();
  newest().say(hello("c0"));
  await pass(10_000);
  answers.push(new Error("network"));
  newest().fail();
  await pass(2_000);
  newest().fail();
  await settle();
  assert.deepEqual(log.states.at(-1), { state: "offline", lastAt: 1_000_000 });
  answers.push({ status: 200, body: { results: [], cursor: "c0" } });
  await pass(5_000);
  assert.equal(log.state(), "polling");
});

test("a minute of silence is a lost connection; a beat is not silence", async () => {
  open();
  newest().say(hello("c0"));
  const first = newest();
  await pass(50_000);
  first.say({ kind: "beat", at: "now" });
  await pass(50_000);
  assert.equal(first.isClosed, false);
  await pass(10_000);
  assert.equal(first.isClosed, true);
  await pass(2_000);
  assert.equal(sockets.length, 2);
  first.say(frame(9));
  assert.equal(live.cursor, "c0");
});

test("a socket that never answers is given up", async () => {
  open();
  await pass(60_000);
  assert.equal(newest().isClosed, true);
  await pass(2_000);
  assert.equal(sockets.length, 2);
});

test("resync goes to the page, with the new cursor", () => {
  const log = open();
  newest().say(hello("c0"));
  newest().say({ kind: "resync", cursor: "c9" });
  assert.deepEqual(log.resyncs, [{ cursor: "c9" }]);
  assert.equal(live.cursor, "c9");
});

test("a cursor that the poll does not know is a resync too", async () => {
  const log = open();
  answers.push({ status: 400 });
  newest().fail();
  await pass(2_000);
  newest().fail();
  await settle();
  assert.deepEqual(log.resyncs, [{ cursor: null }]);
  await pass(4_000);
  assert.equal(newest().address, "wss://karaul.example/ws/live/");
});

for (const code of [4401, 4403]) {
  test(`ends at ${code} and tries no more`, async () => {
    const log = open();
    newest().say(hello("c0"));
    newest().fail(code);
    assert.equal(log.state(), "ended");
    assert.deepEqual(log.ended, [code]);
    await pass(300_000);
    live.retry();
    assert.equal(sockets.length, 1);
    assert.deepEqual(listeners, {});
  });
}

test("ends when the poll says that nobody is logged in", async () => {
  const log = open();
  answers.push({ status: 401 });
  newest().fail();
  await pass(2_000);
  newest().fail();
  await settle();
  assert.deepEqual(log.ended, [4401]);
  assert.equal(log.state(), "ended");
});

test("by default the page is loaded again, once, not in a circle", async () => {
  live = connect({ cursor: "c0" });
  newest().fail(4403);
  await pass(1_500);
  assert.equal(reloads, 1);
  live = connect({ cursor: "c0" });
  newest().fail(4403);
  await pass(2_000);
  assert.equal(reloads, 1);
  await pass(30_000);
  assert.equal(reloads, 2);
});

test("the network's return and a look at the page try at once", async () => {
  open();
  newest().fail();
  newest().fail();
  listeners.online();
  assert.equal(sockets.length, 2);
  newest().fail();
  document.visibilityState = "hidden";
  listeners.visibilitychange();
  assert.equal(sockets.length, 2);
  document.visibilityState = "visible";
  listeners.visibilitychange();
  assert.equal(sockets.length, 3);
  newest().say(hello("c0"));
  listeners.online();
  assert.equal(sockets.length, 3);
});

test("a network that says it is gone is believed at once", async () => {
  open();
  newest().say(hello("c0"));
  assert.equal(live.state, "open");
  listeners.offline();
  assert.equal(live.state, "connecting");
  listeners.online();
  newest().say(hello("c0"));
  assert.equal(live.state, "open");
});

test("a subscriber's fault does not stop the feed", () => {
  const seen = [];
  mock.method(console, "error", () => {});
  open({
    onEvent: (event) => {
      seen.push(event.id);
      throw new Error("fault");
    },
  });
  newest().say(hello("c0"));
  newest().say(frame(1));
  newest().say(frame(2));
  assert.deepEqual(seen, ["id1", "id2"]);
  assert.equal(console.error.mock.callCount(), 2);
});

test("close is for good", async () => {
  const log = open();
  const only = newest();
  live.close();
  assert.equal(only.isClosed, true);
  assert.equal(log.state(), "ended");
  assert.deepEqual(log.ended, []);
  await pass(120_000);
  assert.equal(sockets.length, 1);
});

test("seldom runs at once, then not again before its time", async () => {
  let runs = 0;
  const ask = seldom(() => (runs += 1), { least: 250, most: 250 });
  ask();
  await pass(0);
  assert.equal(runs, 1);
  ask();
  ask();
  await pass(100);
  ask();
  assert.equal(runs, 1);
  await pass(150);
  assert.equal(runs, 2);
  await pass(1_000);
  ask();
  await pass(0);
  assert.equal(runs, 3);
});
