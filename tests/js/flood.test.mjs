/** A storm replayed through the wall's own reducer, desk and ear: 45 mixed signals in ten minutes. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { createDesk } from "../../static/wall/desk.js";
import { MOST_ROWS } from "../../static/wall/groups.js";
import { CAP, due, newMemory } from "../../static/wall/sound.js";
import { apply, fromSnapshot, prune } from "../../static/wall/store.js";
import { alert, event, fixture } from "./helpers.mjs";

const SIGNALS = 45;
const START = Date.parse(fixture("snapshot").at);
const EVERY_MS = 600_000 / SIGNALS;
const ANSWERED_AFTER_MS = 4000; // an SOS is answered at once, the rest waits

/** Thirty faults at ten places, eight hits at four cameras, four faults of our own, three calls for help. */
function signal(index) {
  const at = new Date(START + index * EVERY_MS).toISOString();
  const seen = { raised_at: at, last_at: at };
  if (index % 15 === 7) return alert(100 + index, { ...seen, subject: `SOS ${index}` });
  if (index % 15 === 3 || index % 15 === 10 || index === 20 || index === 21) {
    return alert(100 + index, { ...seen, kind: "PLATE_HIT", priority: 2, place: "พิษณุโลก", details: { camera: `C-00${index % 4}` } });
  }
  if (index % 12 === 0) return alert(100 + index, { ...seen, kind: "SYSTEM", priority: 2, place: "", details: {}, source: { type: "task", id: `งาน ${index}` } });
  return alert(100 + index, { ...seen, kind: "CAMERA", priority: index % 9 ? 3 : 2, place: `จุด ${index % 10}`, details: {} });
}

/** Runs the storm second by second; `look(desk, state, nowMs)` is called each second. */
function storm(look) {
  const room = { state: fromSnapshot(fixture("snapshot")), now: START, sounds: [], sent: [] };
  const memory = newMemory();
  const tell = (data) => { room.state = apply(room.state, event(room.state.seq + 1, "alerts.changed", data)); };
  room.desk = createDesk({
    store: { state: () => room.state }, now: () => room.now, onChange: () => {}, setTimeout: () => {},
    can: ["alerts.ack", "alerts.close", "incidents.work"],
    api: { command: async (path, body) => { room.sent.push([path, body]); return { ok: true, data: {} }; } },
  });
  let next = 0;
  for (room.now = START; room.now <= START + 600_000; room.now += 1000) {
    while (next < SIGNALS && START + next * EVERY_MS <= room.now) tell(signal(next++));
    for (const call of Object.values(room.state.alerts)) {
      const isOld = room.now - Date.parse(call.raised_at) > ANSWERED_AFTER_MS;
      if (call.kind === "SOS" && call.state === "WAITING" && isOld) tell({ ...call, state: "TAKEN", taken_at: new Date(room.now).toISOString() });
    }
    room.state = prune(room.state, room.now);
    room.desk.follow();
    const name = due(memory, { alerts: room.state.alerts, isTrouble: false, isFlood: room.desk.isFlood, nowMs: room.now });
    if (name) room.sounds.push([room.now, name]);
    look?.(room);
  }
  assert.equal(next, SIGNALS);
  return room;
}

const rowsOf = (desk) => desk.sections().flatMap(({ rows }) => rows);

test("flood_of_45_signals_is_never_more_than_six_rows_with_each_sos_on_top", () => {
  let floods = 0;
  const { desk, state } = storm((room) => {
    if (!room.desk.isFlood) return;
    floods += 1;
    const rows = rowsOf(room.desk);
    const calls = Object.values(room.state.alerts).filter(({ kind }) => kind === "SOS").length;
    assert.ok(rows.length <= MOST_ROWS, `${rows.length} rows`);
    assert.deepEqual(rows.map(({ lead }) => lead.kind === "SOS"), rows.map((_, index) => index < calls));
    assert.ok(rows.slice(0, calls).every(({ isGroup }) => !isGroup));
  });

  const shown = rowsOf(desk).flatMap(({ alerts }) => alerts.map(({ id }) => id));
  assert.ok(floods > 60);
  assert.deepEqual(shown.sort(), Object.keys(state.alerts).map(Number).sort());
});

test("flood_of_45_signals_makes_at_most_ten_sounds_and_never_mutes_an_sos", () => {
  const { sounds } = storm();

  assert.ok(sounds.length <= CAP, `${sounds.length} sounds`);
  const calls = Array.from({ length: SIGNALS }, (_, index) => signal(index)).filter(({ kind }) => kind === "SOS");
  for (const { raised_at: at } of calls) {
    assert.ok(sounds.some(([when, name]) => name === "p1" && when - Date.parse(at) < 2000));
  }
});

test("flood_leaves_no_alert_out_of_reach_of_the_keyboard", () => {
  const { desk, state } = storm();
  const reached = new Set();
  const walk = () => {
    for (let before = null; before !== desk.selected; desk.move(1)) {
      before = desk.selected;
      reached.add(before);
      const group = rowsOf(desk).find((row) => row.isGroup && !row.isOpen && row.lead.id === before);
      if (group) desk.nextGroup();
    }
  };

  desk.select(rowsOf(desk)[0].lead.id);
  walk();

  assert.deepEqual([...reached].sort(), Object.keys(state.alerts).map(Number).sort());
});

test("flood_space_answers_a_folded_group_at_once_and_u_gives_it_back", async () => {
  const room = storm();
  const group = rowsOf(room.desk).find(({ isGroup, name }) => isGroup && name === "CAMERA");
  const ids = group.alerts.map(({ id }) => id).sort();
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  room.desk.select(group.lead.id);
  room.desk.ack();
  await settle();
  const answered = room.sent.splice(0);
  for (const { id } of group.alerts) room.state.alerts[id] = { ...room.state.alerts[id], state: "TAKEN", taken_at: new Date(room.now).toISOString() };
  room.desk.undo();
  await settle();

  assert.deepEqual(answered.map(([path]) => path).sort(), ids.map((id) => `alerts/${id}/ack`).sort());
  assert.deepEqual(room.sent.map(([path]) => path).sort(), ids.map((id) => `alerts/${id}/undo`).sort());
});

test("flood_space_on_a_member_of_an_open_group_answers_that_one_alone", async () => {
  const room = storm();
  const group = rowsOf(room.desk).find(({ isGroup, name }) => isGroup && name === "CAMERA");

  room.desk.select(group.lead.id);
  room.desk.nextGroup();
  room.desk.move(1);
  const chosen = room.desk.selected;
  room.desk.ack();

  assert.notEqual(chosen, group.lead.id);
  assert.deepEqual(room.sent, [[`alerts/${chosen}/ack`, {}]]);
});
