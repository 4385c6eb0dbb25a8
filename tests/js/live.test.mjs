import assert from "node:assert/strict";
import { test } from "node:test";

import {
  LiveLink, MAX_OPEN, SHOWING_MS, STUCK_MS, aimS, arrived, backOffMs, chase, chooseOpen, edgeNow, isOldNews, isStuck, parseMessage,
  pictureState, surplus,
} from "../../static/wall/live.js";

/** A message as cameras/streams/live.py packs it. */
function packed(kind, capturedMs, mediaS, payload, told = null) {
  const head = told ? new TextEncoder().encode(JSON.stringify(told)) : new Uint8Array();
  const lead = told ? 2 + head.length : 0;
  const bytes = new Uint8Array(17 + lead + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind.charCodeAt(0));
  view.setFloat64(1, capturedMs);
  view.setFloat64(9, mediaS);
  if (told) {
    view.setUint16(17, head.length);
    bytes.set(head, 19);
  }
  bytes.set(payload, 17 + lead);
  return bytes.buffer;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function makeLink({ answers = [] } = {}) {
  const made = { sockets: [], waits: [], timers: [], messages: [], downs: 0, asked: 0 };
  const env = {
    open: (url) => {
      const socket = { url, sent: [], isOpen: true, send: (text) => socket.sent.push(text), close: () => { socket.isOpen = false; } };
      made.sockets.push(socket);
      return socket;
    },
    random: () => 0.5,
    setTimeout: (run, ms) => { made.waits.push(ms); made.timers.push(run); return made.timers.length - 1; },
    clearTimeout: (id) => { if (id !== null) made.timers[id] = () => {}; },
  };
  made.link = new LiveLink({
    url: "ws://wall/ws/live/C-001",
    askTicket: async () => { made.asked += 1; return answers.shift() ?? { ok: true, data: { ticket: `t${made.asked}` } }; },
    onMessage: (message) => made.messages.push(message),
    onDown: () => { made.downs += 1; },
    env,
  });
  made.fire = async () => { made.timers.pop()(); await settle(); };
  return made;
}

test("parseMessage_reads_a_fragment_with_its_times", () => {
  const message = parseMessage(packed("K", 1_700_000_000_123, 4.5, [1, 2, 3]));

  assert.deepEqual([message.kind, message.capturedMs, message.mediaS, [...message.payload]], ["K", 1_700_000_000_123, 4.5, [1, 2, 3]]);
});

test("parseMessage_reads_what_an_init_segment_must_be_played_as", () => {
  const message = parseMessage(packed("I", 0, 1, [9, 8], { mime: 'video/mp4; codecs="avc1.64001F"', width: 640, height: 360 }));

  assert.equal(message.mime, 'video/mp4; codecs="avc1.64001F"');
  assert.deepEqual([message.width, message.height, [...message.payload]], [640, 360, [9, 8]]);
});

test("chase_plays_on_calmly_where_it_should_be", () => {
  assert.deepEqual(chase({ currentS: 9.87, edgeS: 10, ranges: [[0, 10.1]], jitterS: 0.02 }), { seekS: null, rate: 1 });
});

test("chase_hurries_a_little_and_never_more_than_15_percent", () => {
  const rates = [9.75, 9.5, 9, 8.6].map((currentS) => chase({ currentS, edgeS: 10, ranges: [[0, 10.1]], jitterS: 0.02 }).rate);

  assert.ok(rates[0] > 1 && rates[0] < rates[1]);
  assert.equal(rates.at(-1), 1.15);
  assert.ok(rates.every((rate) => rate <= 1.15));
});

test("chase_slows_down_at_the_edge_and_never_below_97_percent", () => {
  for (const currentS of [9.99, 10, 10.2]) {
    const { rate, seekS } = chase({ currentS, edgeS: 10, ranges: [[0, 10.3]], jitterS: 0.02 });
    assert.equal(seekS, null);
    assert.ok(rate >= 0.97 && rate < 1);
  }
});

test("chase_jumps_when_it_is_more_than_a_second_and_a_half_behind", () => {
  const { seekS, rate } = chase({ currentS: 8.4, edgeS: 10, ranges: [[0, 10.1]], jitterS: 0.02 });

  assert.ok(Math.abs(seekS - 9.88) < 1e-9);
  assert.equal(rate, 1);
});

test("chase_crosses_a_hole_because_a_player_never_does", () => {
  const { seekS } = chase({ currentS: 9, edgeS: 10.1, ranges: [[0, 9.1], [10, 10.2]], jitterS: 0.02 });

  assert.equal(seekS, 10);
});

test("chase_begins_near_the_newest_picture_of_the_first_group", () => {
  const { seekS } = chase({ currentS: 0, edgeS: 7.4, ranges: [[5.6, 7.5]], jitterS: 0.02 });

  assert.ok(Math.abs(seekS - 7.28) < 1e-9);
});

test("chase_waits_while_nothing_is_buffered", () => {
  assert.deepEqual(chase({ currentS: 0, edgeS: 0, ranges: [], jitterS: 0.1 }), { seekS: null, rate: 1 });
});

test("chase_settles_from_anywhere_and_stays", () => {
  for (const jitterS of [0, 0.02, 0.2]) {
    for (const behindS of [0.01, 0.5, 1.4, 30]) {
      let currentS = 100 - behindS;
      let lagS = 0;
      for (let step = 0; step < 120; step += 1) {
        const edgeS = 100 + step * 0.25;
        const { seekS, rate } = chase({ currentS, edgeS, ranges: [[0, edgeS + 0.1]], jitterS });
        if (seekS !== null) currentS = seekS;
        lagS = edgeS - currentS;
        currentS += 0.25 * rate;
      }
      assert.ok(Math.abs(lagS - aimS(jitterS)) < 0.1, `${jitterS} ${behindS} ${lagS}`);
    }
  }
});

test("aimS_grows_with_uneven_arrivals_and_has_a_bound", () => {
  assert.deepEqual([0, 0.02, 5].map(aimS), [0.06, 0.12, 0.8]);
});

test("arrived_learns_the_pace_of_a_camera", () => {
  let pace = null;
  for (let number = 0; number < 100; number += 1) pace = arrived(pace, { mediaS: 1 + number * 0.2, nowS: 50 + number * 0.2 });

  assert.ok(Math.abs(pace.intervalS - 0.2) < 0.001);
  assert.ok(pace.jitterS < 0.001);
  assert.ok(Math.abs(edgeNow(pace, pace.atS + 0.1) - pace.edgeS - 0.1) < 1e-9);
  assert.equal(edgeNow(pace, pace.atS + 9), pace.edgeS + pace.intervalS);
});

test("arrived_learns_how_uneven_the_network_is", () => {
  let pace = null;
  for (let number = 0; number < 200; number += 1) {
    pace = arrived(pace, { mediaS: 1 + number * 0.1, nowS: 50 + number * 0.1 + (number % 2) * 0.08 });
  }

  assert.ok(Math.abs(pace.jitterS - 0.08) < 0.01);
});

test("arrived_takes_neither_a_hole_nor_a_step_back_for_unevenness", () => {
  const before = arrived(arrived(null, { mediaS: 1, nowS: 50 }), { mediaS: 1.1, nowS: 50.1 });

  const after = [9, 0.5].map((mediaS) => arrived(before, { mediaS, nowS: 60 }));

  assert.deepEqual(after.map(({ jitterS }) => jitterS), [before.jitterS, before.jitterS]);
  assert.deepEqual(after.map(({ edgeS }) => edgeS), [9, 1.1]);
});

test("surplus_throws_away_what_nobody_looks_back_at", () => {
  assert.equal(surplus({ currentS: 19, ranges: [[0, 20]] }), null);
  assert.deepEqual(surplus({ currentS: 25, ranges: [[0, 26]] }), [0, 15]);
  assert.equal(surplus({ currentS: 25, ranges: [] }), null);
});

test("isStuck_after_five_seconds_without_a_picture", () => {
  assert.equal(isStuck({ nowMs: STUCK_MS, shownMs: 0, startedMs: -Infinity }), false);
  assert.equal(isStuck({ nowMs: STUCK_MS + 1, shownMs: 0, startedMs: -Infinity }), true);
  assert.equal(isStuck({ nowMs: STUCK_MS + 1, shownMs: -Infinity, startedMs: 100 }), false);
});

test("backOffMs_is_never_longer_than_two_seconds", () => {
  const longest = [1, 2, 3, 4, 9].map((attempt) => backOffMs(attempt, () => 1));

  assert.deepEqual(longest, [300, 600, 1200, 2000, 2000]);
  assert.equal(backOffMs(1, () => 0), 150);
});

test("chooseOpen_takes_the_first_four_on_screen_and_none_of_a_hidden_page", () => {
  const tiles = Array.from({ length: 7 }, (_, at) => ({ code: at === 1 ? null : `C-00${at}`, isOnScreen: at !== 2 }));

  const open = chooseOpen(tiles, { isPageShown: true });

  assert.equal(open.size, MAX_OPEN);
  assert.deepEqual([...open].map((tile) => tile.code), ["C-000", "C-003", "C-004", "C-005"]);
  assert.equal(chooseOpen(tiles, { isPageShown: false }).size, 0);
});

test("pictureState_never_calls_an_old_picture_live", () => {
  const at = (values) => pictureState({ nowMs: 100_000, takenAt: 99_700, shownAgoMs: 100, ...values }).name;

  assert.equal(at({}), "live");
  assert.equal(at({ shownAgoMs: null }), "still");
  assert.equal(at({ shownAgoMs: SHOWING_MS + 1 }), "still");
  assert.equal(at({ takenAt: 90_000 }), "still");
  assert.equal(at({ takenAt: null }), "none");
  assert.equal(pictureState({ nowMs: 100_000, takenAt: 99_700, shownAgoMs: 100 }).age_s, 0.3);
});

test("isOldNews_of_a_camera_that_is_down_and_gives_its_last_pictures_again", () => {
  assert.equal(isOldNews({ nowMs: 100_000, takenAt: 99_800, knownAt: 99_790 }), false);
  assert.equal(isOldNews({ nowMs: 100_000, takenAt: 99_800, knownAt: null }), false);
  assert.equal(isOldNews({ nowMs: 100_000, takenAt: 94_000, knownAt: null }), true);
  assert.equal(isOldNews({ nowMs: 100_000, takenAt: 97_000, knownAt: 99_500 }), true);
});

test("link_shows_its_ticket_in_a_message_and_never_in_the_address", async () => {
  const made = makeLink();
  await made.link.start();

  made.sockets[0].onopen();

  assert.equal(made.sockets[0].url, "ws://wall/ws/live/C-001");
  assert.deepEqual(made.sockets[0].sent, ['{"ticket":"t1"}']);
});

test("link_hands_messages_on_and_none_of_a_socket_it_left", async () => {
  const made = makeLink();
  await made.link.start();
  const [first] = made.sockets;
  const say = first.onmessage;

  say({ data: packed("K", 1, 2, [3]) });
  made.link.restart();
  say({ data: packed("D", 1, 2, [3]) });

  assert.deepEqual(made.messages.map((message) => message.kind), ["K"]);
  assert.equal(first.isOpen, false);
});

test("link_comes_back_with_a_new_ticket_after_any_end", async () => {
  const made = makeLink();
  await made.link.start();

  made.sockets[0].onclose({ code: 4503 });
  await made.fire();

  assert.equal(made.downs, 1);
  assert.equal(made.asked, 2);
  assert.equal(made.sockets.length, 2);
});

test("link_waits_longer_each_time_until_a_picture_was_shown", async () => {
  const made = makeLink();
  await made.link.start();
  for (let end = 0; end < 3; end += 1) {
    made.sockets.at(-1).onclose({ code: 1006 });
    await made.fire();
  }

  made.link.succeeded();
  made.sockets.at(-1).onclose({ code: 1006 });

  assert.deepEqual(made.waits, [225, 450, 900, 225]);
});

test("link_that_is_refused_asks_seldom_and_one_that_is_not_answered_soon", async () => {
  const made = makeLink({ answers: [{ ok: false, error: { code: "unreachable" } }, { ok: false, error: { code: "http-404" } }] });

  await made.link.start();
  await made.fire();
  await made.fire();
  made.sockets[0].onclose({ code: 4403 });

  assert.deepEqual(made.waits, [225, 15_000, 15_000]);
});

test("link_that_was_stopped_stays_so", async () => {
  const made = makeLink();
  const starting = made.link.start();
  made.link.stop();
  await starting;

  made.link.restart();

  assert.deepEqual([made.sockets.length, made.waits.length], [0, 0]);
});

test("link_restarted_while_it_waits_for_its_ticket_opens_one_socket", async () => {
  const made = makeLink();
  const starting = made.link.start();
  made.link.restart();
  await starting;

  await made.fire();

  assert.deepEqual([made.asked, made.sockets.length], [2, 1]);
});

test("link_opens_one_socket_however_often_it_is_restarted", async () => {
  const made = makeLink();
  await made.link.start();
  made.link.restart();
  made.link.restart();
  made.timers.forEach((run) => run());
  await settle();

  assert.equal(made.sockets.filter((socket) => socket.isOpen).length, 1);
});

test("isStuck_waits_longer_after_beginnings_that_showed_nothing", () => {
  const at = { nowMs: STUCK_MS * 2, shownMs: -Infinity, startedMs: 0 };

  assert.deepEqual([0, 1, 2, 9].map((attempt) => isStuck({ ...at, attempt })), [true, false, false, false]);
  assert.equal(isStuck({ ...at, nowMs: STUCK_MS * 4 + 1, attempt: 9 }), true);
});
