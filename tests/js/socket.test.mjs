import assert from "node:assert/strict";
import { test } from "node:test";

import { DROP_MS, EventLink, LATE_MS, LOST_MS, backOffMs } from "../../static/wall/socket.js";
import { apply, caughtUp, fromSnapshot, hasGap } from "../../static/wall/store.js";
import { alert, event, fixture } from "./helpers.mjs";

/** A clock that only moves when told, with the timers that hang on it. */
function makeTime() {
  let now = 0;
  let last = 0;
  const timers = new Map();
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    setTimeout: (run, ms) => { last += 1; timers.set(last, { at: now + ms, run }); return last; },
    clearTimeout: (id) => timers.delete(id),
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const [id, timer] = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
        if (!timer) break;
        timers.delete(id);
        now = Math.max(now, timer.at);
        timer.run();
      }
      now = end;
      await settle();
    },
  };
}

/** A server in memory: its table of events, its snapshot, its sockets; each door can be shut. */
function makeServer() {
  const server = { log: [], sockets: [], isUp: true, polls: [], snapshots: 0, base: fixture("snapshot") };
  server.seq = () => server.base.seq + server.log.length;
  server.write = (name, data) => {
    const made = event(server.seq() + 1, name, data);
    server.log.push(made);
    return made;
  };
  server.commit = (name, data) => {
    const made = server.write(name, data);
    if (server.isUp) server.sockets.forEach((socket) => socket.say(made));
    return made;
  };
  server.open = (url) => {
    const socket = { url, isOpen: true, close: () => { socket.isOpen = false; } };
    socket.say = (message) => socket.isOpen && socket.onmessage?.({ data: JSON.stringify(message) });
    socket.fail = () => { const { onclose } = socket; socket.isOpen = false; onclose?.(); };
    server.sockets.push(socket);
    queueMicrotask(() => {
      if (!server.isUp) return socket.fail();
      const after = Number(new URL(url).searchParams.get("after"));
      socket.say({ type: "hello", seq: server.seq(), reset: Boolean(server.isReset) });
      server.isReset = false;
      server.log.filter((made) => made.seq > after).forEach(socket.say);
    });
    return socket;
  };
  server.beat = () => server.sockets.forEach((socket) => socket.say({ type: "beat", seq: server.seq(), at: "2026-11-23T14:47:14Z" }));
  server.down = () => { server.isUp = false; server.sockets.splice(0).forEach((socket) => socket.fail()); };
  server.api = {
    snapshot: async () => {
      if (!server.isUp) throw new Error("down");
      server.snapshots += 1;
      return server.log.reduce(apply, fromSnapshot(server.base));
    },
    eventsAfter: async (seq) => {
      if (!server.isUp) throw Object.assign(new Error("down"), { status: server.refusal });
      server.polls.push(seq);
      return { events: server.log.filter((made) => made.seq > seq), seq: server.seq(), reset: false };
    },
  };
  return server;
}

function makeWall(server, time) {
  const wall = { state: null, statuses: [], applied: [] };
  const store = {
    seq: () => wall.state.seq,
    hasGap: () => hasGap(wall.state),
    apply: (one) => {
      const next = apply(wall.state, one);
      if (next.seq > wall.state.seq) wall.applied.push(next.seq);
      wall.state = next;
    },
    caughtUp: (seq) => { wall.state = caughtUp(wall.state, seq); },
    replace: (snapshot, { isReset }) => { wall.state = fromSnapshot(snapshot, isReset ? [] : wall.state?.held); },
  };
  wall.link = new EventLink({
    url: (seq) => `ws://wall.test/ws/events?after=${seq}`,
    api: server.api, store, onBeat: () => {}, onStatus: (status) => wall.statuses.push(status),
    env: { ...time, open: server.open, random: () => 1 },
  });
  return wall;
}

async function started() {
  const [time, server] = [makeTime(), makeServer()];
  const wall = makeWall(server, time);
  wall.link.start();
  await time.pass(10);
  return { time, server, wall };
}

/** The server beats each second for `seconds`. */
async function beating(time, server, seconds) {
  for (let second = 0; second < seconds; second += 1) {
    await time.pass(1000);
    server.beat();
  }
}

test("start_asks_for_everything_after_the_snapshot", async () => {
  const { server, wall } = await started();

  assert.equal(wall.state.seq, 40);
  assert.match(server.sockets[0].url, /after=40$/);
  assert.equal(wall.link.status().level, "live");
});

test("take_applies_live_events_in_order", async () => {
  const { server, wall } = await started();

  server.commit("alerts.changed", alert(7));
  server.commit("alerts.changed", alert(8));

  assert.deepEqual(wall.applied, [41, 42]);
});

test("take_fills_a_gap_from_the_table", async () => {
  const { time, server, wall } = await started();

  server.write("alerts.changed", alert(7));
  server.commit("alerts.changed", alert(8));
  await time.pass(10);

  assert.deepEqual(Object.keys(wall.state.alerts), ["7", "8"]);
  assert.deepEqual(server.polls, [40]);
});

test("take_notices_by_the_beat_that_the_last_event_never_came", async () => {
  const { time, server, wall } = await started();

  server.write("alerts.changed", alert(7));
  await beating(time, server, 2);
  await time.pass(10);

  assert.ok(wall.state.alerts[7]);
});

test("take_a_reset_replaces_the_whole_state_even_by_a_lower_seq", async () => {
  const { time, server, wall } = await started();
  server.commit("alerts.changed", alert(7));
  server.log = [];
  server.base = { ...fixture("snapshot"), seq: 5 };
  server.isReset = true;

  server.sockets.splice(0).forEach((socket) => socket.fail());
  await time.pass(1000);

  assert.equal(wall.state.seq, 5);
  assert.deepEqual(wall.state.alerts, {});
});

test("closed_reconnects_and_gets_what_was_missed_once", async () => {
  const { time, server, wall } = await started();
  server.commit("alerts.changed", alert(7));

  server.down();
  server.write("alerts.changed", alert(8));
  await time.pass(1500);
  server.isUp = true;
  await time.pass(3000);
  server.commit("alerts.changed", alert(9));

  assert.deepEqual(wall.applied, [41, 42, 43]);
  assert.equal(server.snapshots, 1);
});

test("closed_polls_while_only_sockets_are_broken", async () => {
  const { time, server, wall } = await started();
  const open = server.open;
  wall.link.env.open = (url) => {
    const socket = open(url);
    queueMicrotask(() => socket.fail());
    socket.say = () => {};
    return socket;
  };
  server.sockets.splice(0).forEach((socket) => socket.fail());

  await time.pass(500);
  server.write("alerts.changed", alert(7));
  await time.pass(2500);

  assert.ok(wall.state.alerts[7]);
  assert.equal(wall.link.status().level, "live");
});

test("status_doubts_after_3_s_of_silence_and_calls_it_lost_after_10", async () => {
  const { time, server, wall } = await started();
  server.isUp = false;

  await time.pass(LATE_MS - 500);
  const early = wall.link.status().level;
  await time.pass(1000);
  const late = wall.link.status().level;
  await time.pass(LOST_MS);

  assert.deepEqual([early, late, wall.link.status().level], ["live", "late", "lost"]);
  assert.ok(wall.link.status().attempt > 1);
});

test("status_is_live_as_long_as_beats_come", async () => {
  const { time, server, wall } = await started();

  await beating(time, server, 30);

  assert.ok(wall.statuses.every(({ level }) => level === "live"));
});

test("watch_drops_a_socket_that_is_open_but_silent", async () => {
  const { time, server } = await started();
  const [silent] = server.sockets;

  await time.pass(DROP_MS + 1500);

  assert.ok(!silent.isOpen);
  assert.equal(server.sockets.at(-1).isOpen, true);
});

test("start_waits_for_a_server_that_is_not_up_yet", async () => {
  const [time, server] = [makeTime(), makeServer()];
  server.isUp = false;
  const wall = makeWall(server, time);

  wall.link.start();
  await time.pass(2000);
  const before = wall.link.status().isReady;
  server.isUp = true;
  await time.pass(9000);

  assert.deepEqual([before, wall.link.status().isReady], [false, true]);
  assert.equal(wall.state.seq, 40);
});

test("status_tells_when_the_server_knows_us_no_more", async () => {
  const { time, server, wall } = await started();
  server.refusal = 401;

  server.down();
  await time.pass(LOST_MS + 3000);

  assert.ok(wall.link.status().isRefused);
});

test("stop_leaves_no_timer_and_no_socket", async () => {
  const { time, server, wall } = await started();

  wall.link.stop();
  const told = wall.statuses.length;
  await time.pass(20_000);

  assert.equal(wall.statuses.length, told);
  assert.ok(!server.sockets[0].isOpen);
});

test("backOffMs_doubles_up_to_8_s_and_spreads_by_chance", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 9].map((attempt) => backOffMs(attempt, () => 1)), [500, 1000, 2000, 4000, 8000, 8000]);
  assert.equal(backOffMs(3, () => 0), 1000);
});
