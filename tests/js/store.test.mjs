import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, apply, caughtUp, fromSnapshot, hasGap, prune } from "../../static/wall/store.js";
import { alert, event, fixture, incident } from "./helpers.mjs";

const start = () => fromSnapshot(fixture("snapshot"));
const told = (events, state = start()) => events.reduce(apply, state);

test("apply_upserts_the_full_object_by_its_key", () => {
  const state = told([event(41, "alerts.changed", alert(7)), event(42, "alerts.changed", alert(7, { state: "TAKEN" }))]);

  assert.equal(state.alerts[7].state, "TAKEN");
  assert.equal(state.seq, 42);
});

test("apply_never_changes_the_state_it_was_given", () => {
  const before = start();
  const copy = structuredClone(before);

  told([event(41, "cameras.changed", { code: "C-001", health: "STALLED" })], before);

  assert.deepEqual(before, copy);
});

test("apply_twice_is_apply_once", () => {
  const one = event(41, "alerts.changed", alert(7));
  const once = apply(start(), one);

  assert.equal(apply(once, one), once);
});

test("apply_ignores_what_the_snapshot_already_holds", () => {
  const state = start();

  assert.equal(apply(state, event(40, "alerts.changed", alert(7))), state);
});

test("apply_holds_an_event_back_until_the_missing_one_has_come", () => {
  const held = told([event(42, "alerts.changed", alert(7, { state: "TAKEN" }))]);
  const whole = apply(held, event(41, "alerts.changed", alert(7)));

  assert.equal(held.seq, 40);
  assert.ok(hasGap(held));
  assert.equal(whole.seq, 42);
  assert.equal(whole.alerts[7].state, "TAKEN");
  assert.ok(!hasGap(whole));
});

test("apply_holds_the_same_early_event_only_once", () => {
  const early = event(43, "alerts.changed", alert(7));

  assert.equal(told([early, early, early]).held.length, 1);
});

test("apply_in_any_order_with_any_repeats_ends_in_the_same_state", () => {
  const events = Array.from({ length: 9 }, (_, index) =>
    event(41 + index, "alerts.changed", alert(1 + (index % 3), { count: index + 1 })));
  const inOrder = told(events);
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

  for (let round = 0; round < 50; round += 1) {
    const shuffled = [...events, ...events].map((one) => [random(), one]).sort(([a], [b]) => a - b).map(([, one]) => one);
    assert.deepEqual(told(shuffled), inOrder);
  }
});

test("apply_moves_on_over_a_name_it_does_not_know", () => {
  const state = told([event(41, "weather.changed", { code: "x" })]);

  assert.equal(state.seq, 41);
});

test("apply_removes_what_is_said_to_be_gone", () => {
  const state = told([event(41, "cameras.changed", { code: "C-002", removed: true })]);

  assert.deepEqual(Object.keys(state.cameras), ["C-001", "C-003"]);
});

test("apply_forgets_a_closed_incident_as_the_snapshot_does", () => {
  const state = told([
    event(41, "incidents.changed", incident(3)),
    event(42, "incidents.changed", incident(3, { state: "CLOSED", closed_at: "2026-11-23T14:50:00Z" })),
  ]);

  assert.deepEqual(state.incidents, {});
});

test("apply_counts_each_alert_once_for_the_load_gauge", () => {
  const state = told([event(41, "alerts.changed", alert(7)), event(42, "alerts.changed", alert(7, { count: 2 }))]);

  assert.deepEqual(state.raised, { 7: "2026-11-23T14:47:00Z" });
});

test("fromSnapshot_applies_what_was_held_beyond_it", () => {
  const held = [event(41, "alerts.changed", alert(7)), event(39, "alerts.changed", alert(6))];

  const state = fromSnapshot(fixture("snapshot"), held);

  assert.equal(state.seq, 41);
  assert.deepEqual(Object.keys(state.alerts), ["7"]);
});

test("caughtUp_lets_held_events_through", () => {
  const held = told([event(45, "alerts.changed", alert(7), { prev: 44 })]);

  const state = caughtUp(held, 44);

  assert.equal(state.seq, 45);
  assert.ok(state.alerts[7]);
});

test("caughtUp_never_goes_back", () => {
  const state = start();

  assert.equal(caughtUp(state, 12), state);
});

test("prune_drops_an_alert_a_minute_after_it_closed", () => {
  const closed = alert(7, { state: "CLOSED", closed_at: "2026-11-23T14:48:00Z" });
  const state = told([event(41, "alerts.changed", closed)]);
  const at = Date.parse("2026-11-23T14:48:00Z");

  assert.ok(prune(state, at + 59_000).alerts[7]);
  assert.deepEqual(prune(state, at + 61_000).alerts, {});
});

test("prune_forgets_what_was_raised_more_than_an_hour_ago", () => {
  const state = told([event(41, "alerts.changed", alert(7))]);

  assert.deepEqual(prune(state, Date.parse("2026-11-23T15:47:01Z")).raised, {});
});

test("prune_returns_the_same_state_when_nothing_is_old", () => {
  const state = start();

  assert.equal(prune(state, Date.parse(state.at)), state);
  assert.equal(prune(EMPTY, 0), EMPTY);
});
