import assert from "node:assert/strict";
import { test } from "node:test";

import { createDesk } from "../../static/wall/desk.js";
import { EMPTY } from "../../static/wall/store.js";
import { alert, incident } from "./helpers.mjs";

const EVERYTHING = ["alerts.ack", "alerts.close", "incidents.work"];
const settle = () => new Promise((resolve) => setImmediate(resolve));
const taken = (id, values) => alert(id, { state: "TAKEN", taken_at: "2026-11-23T14:47:06Z", ...values });
const hit = (id, values) => alert(id, { kind: "PLATE_HIT", priority: 2, ...values });

function sit(alerts, { can = EVERYTHING, answers = () => ({ ok: true, data: { id: 3 } }) } = {}) {
  const room = { state: { ...EMPTY }, sent: [], timers: [] };
  room.show = (list, incidents = {}) => {
    room.state = { ...EMPTY, incidents, alerts: Object.fromEntries(list.map((one) => [one.id, one])) };
    room.desk?.follow();
  };
  room.show(alerts);
  room.desk = createDesk({
    store: { state: () => room.state },
    api: { command: async (path, body) => { room.sent.push([path, body]); return answers(path); } },
    can, now: () => Date.parse("2026-11-23T14:47:10Z"), onChange: () => {},
    setTimeout: (run) => room.timers.push(run),
  });
  room.desk.follow();
  return room;
}

test("follow_turns_to_the_most_urgent_alert_by_itself", () => {
  const { desk } = sit([hit(5), alert(7)]);

  assert.equal(desk.selected, 7);
  assert.deepEqual(desk.cards().map(({ id }) => id), [7, 5]);
});

test("follow_lets_a_new_sos_take_an_untouched_bench_only", () => {
  const idle = sit([hit(5)]);
  idle.show([hit(5), alert(7)]);
  const working = sit([hit(5)]);
  working.desk.press("KeyP");
  working.show([hit(5), alert(7)]);

  assert.equal(idle.desk.selected, 7);
  assert.equal(working.desk.selected, 5);
  assert.deepEqual(working.desk.cards().map(({ id }) => id), [5, 7]);
});

test("follow_moves_on_when_the_chosen_alert_is_closed", () => {
  const room = sit([hit(5), alert(7)]);

  room.show([hit(5), alert(7, { state: "CLOSED", closed_at: "2026-11-23T14:47:09Z" })]);

  assert.equal(room.desk.selected, 5);
});

test("follow_leaves_the_bench_to_the_sheet_while_only_taken_faults_are_open", () => {
  const { desk } = sit([taken(5, { kind: "CAMERA", priority: 2 })]);

  assert.equal(desk.selected, null);
  assert.ok(!desk.isAlarm());
});

test("ack_answers_the_chosen_alert_once", async () => {
  const { desk, sent } = sit([alert(7)]);

  desk.ack();
  desk.ack();
  await settle();

  assert.deepEqual(sent, [["alerts/7/ack", {}]]);
});

test("ack_goes_to_the_most_urgent_waiting_when_the_chosen_one_is_taken", async () => {
  const { desk, sent } = sit([taken(7), hit(5)]);

  assert.equal(desk.selected, 7);
  desk.ack();
  await settle();

  assert.equal(sent[0][0], "alerts/5/ack");
});

test("press_real_opens_an_incident", async () => {
  const { desk, sent } = sit([taken(7)]);

  desk.press("Digit1");
  await settle();

  assert.deepEqual(sent, [["incidents", { alert_id: 7 }]]);
});

test("press_a_closing_verdict_waits_and_can_be_taken_back", async () => {
  const { desk, sent, timers } = sit([taken(7)]);

  desk.press("Digit2");
  assert.ok(desk.pending.has(7));
  desk.undo();
  timers.forEach((run) => run());
  await settle();

  assert.deepEqual(sent, []);
});

test("press_a_closing_verdict_is_sent_when_nobody_takes_it_back", async () => {
  const { desk, sent, timers } = sit([taken(7)]);

  desk.press("Digit3");
  timers.forEach((run) => run());
  await settle();

  assert.deepEqual(sent, [["alerts/7/close", { outcome: "MISTAKE", note: "" }]]);
});

test("press_enter_on_a_hit_is_dead_until_both_are_ticked", async () => {
  const { desk, sent } = sit([hit(5)]);

  desk.press("Enter");
  desk.press("KeyP");
  desk.press("Enter");
  await settle();
  assert.deepEqual(sent, []);

  desk.press("KeyV");
  desk.press("Enter");
  await settle();
  assert.deepEqual(sent, [["incidents", { alert_id: 5 }]]);
});

test("press_a_tick_twice_takes_it_off", () => {
  const { desk } = sit([hit(5)]);

  desk.press("KeyP");
  desk.press("KeyP");

  assert.equal(desk.ticksOf(5).size, 0);
});

test("press_does_nothing_while_the_sheet_hides_the_card", async () => {
  const { desk, sent } = sit([taken(7)]);

  desk.toggleSheet();
  desk.press("Digit1");
  await settle();

  assert.deepEqual(sent, []);
});

test("press_keeps_the_refusal_and_stops_the_chain", async () => {
  const error = { code: "unit-busy", message: "จยย. 34 ไม่ว่าง" };
  const { desk, sent } = sit([hit(5)], { answers: () => ({ ok: false, error }) });

  ["KeyP", "KeyV", "Enter"].forEach(desk.press);
  await settle();

  assert.equal(sent.length, 1);
  assert.deepEqual(desk.errors.get(5), error);
});

test("press_before_the_answer_to_the_last_one_is_in_is_kept", async () => {
  const room = sit([alert(7)]);

  room.desk.ack();
  room.show([taken(7)]);
  room.desk.press("Digit1");
  await settle();

  assert.deepEqual(room.sent, [["alerts/7/ack", {}], ["incidents", { alert_id: 7 }]]);
});

test("press_of_the_same_key_twice_is_one_wish", async () => {
  const { desk, sent } = sit([taken(7)]);

  desk.press("Digit1");
  desk.press("Digit1");
  await settle();

  assert.deepEqual(sent, [["incidents", { alert_id: 7 }]]);
});

test("stepsOf_offers_a_paired_screen_no_more_than_it_may_do", () => {
  const { desk } = sit([taken(7)], { can: ["alerts.ack"] });

  assert.ok(desk.stepsOf(taken(7)).every(({ acts }) => acts.length === 0));
  assert.equal(desk.stepsOf(alert(7))[0].acts.length, 1);
  assert.ok(!desk.isDesk);
});

test("undo_gives_a_fresh_acknowledgement_back", async () => {
  const { desk, sent } = sit([taken(7)]);

  desk.undo();
  await settle();

  assert.deepEqual(sent, [["alerts/7/undo", {}]]);
});

test("back_closes_the_card_and_a_new_call_opens_it_again", () => {
  const room = sit([hit(5)]);

  room.desk.back();
  assert.equal(room.desk.selected, null);
  room.show([hit(5), hit(6)]);

  assert.equal(room.desk.selected, 6);
});

test("move_goes_along_the_rail_and_stops_at_its_ends", () => {
  const { desk } = sit([alert(7), hit(5), hit(6, { raised_at: "2026-11-23T14:48:00Z" })]);

  desk.move(-1);
  assert.equal(desk.selected, 7);
  desk.move(1);
  desk.move(1);
  desk.move(1);
  assert.equal(desk.selected, 6);
});

test("stepsOf_reads_the_incident_of_the_alert", () => {
  const room = sit([]);
  const linked = taken(7, { incident_id: 3 });

  room.show([linked], { 3: incident(3, { state: "ARRIVED", units: ["จยย. 34"] }) });

  assert.equal(room.desk.stepsOf(linked).at(-1).state, "now");
});

const fault = (id, values) => alert(id, { kind: "CAMERA", priority: 3, ...values });

test("shelve_asks_for_a_reason_and_puts_the_chosen_alert_aside", async () => {
  const { desk, sent } = sit([fault(5)]);

  desk.select(5);
  desk.shelve();
  assert.deepEqual(desk.shelf, { id: 5, minutes: 15 });
  desk.press("Digit2");
  await settle();

  assert.deepEqual(sent, [["alerts/5/shelve", { minutes: 15, reason: "REPEATS" }]]);
  assert.equal(desk.selected, null);
});

test("shelve_again_changes_for_how_long_and_back_forgets_it", async () => {
  const { desk, sent } = sit([fault(5)]);

  desk.select(5);
  desk.shelve();
  desk.shelve();
  assert.equal(desk.shelf.minutes, 60);
  desk.back();
  desk.press("Digit1");
  await settle();

  assert.deepEqual([desk.shelf, desk.selected, sent], [null, 5, []]);
});

test("shelve_is_refused_for_an_sos_anything_critical_and_what_is_in_work", () => {
  for (const one of [alert(7), fault(7, { priority: 1 }), fault(7, { incident_id: 3 })]) {
    const { desk } = sit([one]);

    desk.select(7);
    desk.shelve();

    assert.equal(desk.shelf, null);
    assert.equal(desk.errors.get(7).code, "not-shelvable");
  }
});

test("shelve_is_not_offered_to_a_paired_screen", () => {
  const { desk } = sit([fault(5)], { can: ["alerts.ack"] });

  desk.select(5);
  desk.shelve();

  assert.equal(desk.shelf, null);
});

test("undo_takes_an_alert_off_the_shelf", async () => {
  const { desk, sent } = sit([fault(5, { state: "SHELVED", shelved: { until: "2026-11-23T15:02:00Z", by: "ก", reason: "REPAIR" } })]);

  assert.equal(desk.selected, null);
  desk.select(5);
  desk.undo();
  await settle();

  assert.deepEqual(sent, [["alerts/5/unshelve", {}]]);
});

test("nextGroup_goes_from_section_to_section_while_nothing_is_folded", () => {
  const { desk } = sit([alert(7), taken(8, { kind: "CAMERA", priority: 3 }), hit(5)]);

  const seen = [1, 2, 3].map(() => { desk.nextGroup(); return desk.selected; });

  assert.deepEqual(seen, [8, 7, 8]);
});

test("expect_turns_to_an_incident_opened_by_hand_when_it_is_told_of", async () => {
  const room = sit([hit(5)]);

  room.desk.expect("i3");
  assert.equal(room.desk.selected, 5);
  room.show([hit(5)], { 3: incident(3, { alert_id: null, kind: "QUARREL", priority: 2, state: "ARRIVED", units: ["จยย. 34"] }) });
  assert.equal(room.desk.selected, "i3");
  room.desk.press("Digit2");
  room.timers.forEach((run) => run());
  await settle();

  assert.deepEqual(room.sent, [["incidents/3/close", { outcome: "act.nothing", note: "" }]]);
});

test("expect_turns_at_once_to_an_incident_already_told_of_so_that_leaving_it_lasts", () => {
  const room = sit([hit(5)]);
  const incidents = { 3: incident(3, { alert_id: null, kind: "QUARREL", priority: 2, state: "ARRIVED" }) };
  room.show([hit(5)], incidents);

  room.desk.expect("i3");
  assert.equal(room.desk.selected, "i3");
  room.desk.select(5);
  room.show([hit(5)], incidents);

  assert.equal(room.desk.selected, 5);
});
