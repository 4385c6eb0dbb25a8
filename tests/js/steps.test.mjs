import assert from "node:assert/strict";
import { test } from "node:test";

import { actFor, stepsOf, undoFor } from "../../static/wall/steps.js";
import { fromSnapshot } from "../../static/wall/store.js";
import { alert, fixture, incident } from "./helpers.mjs";

const state = fromSnapshot(fixture("snapshot"));
const names = (steps) => steps.map((step) => `${step.name} ${step.state}`);
const steps = (one, values = {}) => stepsOf({ state, alert: one, incident: null, ...values });
const hit = (values = {}) => alert(7, { kind: "PLATE_HIT", priority: 2, ...values });
const both = new Set(["PROVINCE", "VEHICLE"]);

test("stepsOf_a_waiting_sos_offers_only_to_acknowledge", () => {
  const found = steps(alert(7));

  assert.deepEqual(names(found), ["ack now", "look later", "dispatch later", "backup later", "end later"]);
  assert.deepEqual(actFor(found, "Space").run, [{ path: "alerts/7/ack", body: {} }]);
  assert.equal(actFor(found, "Digit1"), null);
  assert.equal(actFor(found, "Enter"), null);
});

test("stepsOf_a_taken_sos_asks_what_the_pictures_show", () => {
  const found = steps(alert(7, { state: "TAKEN", taken_at: "2026-11-23T14:47:06Z" }));

  assert.deepEqual(actFor(found, "Digit1").run, [{ path: "incidents", body: { alert_id: 7 }, opens: true }]);
  assert.deepEqual(actFor(found, "Digit2").run, [{ path: "alerts/7/close", body: { outcome: "TEST", note: "" } }]);
  assert.ok(actFor(found, "Digit3").isClosing);
});

test("stepsOf_a_real_sos_sends_the_nearest_free_unit", () => {
  const found = steps(alert(7, { state: "TAKEN", incident_id: 3 }), { incident: incident(3) });

  assert.deepEqual(actFor(found, "Enter").run, [{ path: "incidents/3/dispatch", body: { unit: "จยย. 34" } }]);
  assert.equal(actFor(found, "KeyR"), null);
});

test("stepsOf_a_dispatched_sos_offers_a_second_unit_and_arrival", () => {
  const sent = incident(3, { state: "DISPATCHED", units: ["จยย. 34"] });
  const busy = { ...state, units: { ...state.units, "จยย. 34": { ...state.units["จยย. 34"], state: "DISPATCHED" } } };

  const found = stepsOf({ state: busy, alert: alert(7, { state: "TAKEN", incident_id: 3 }), incident: sent });

  assert.deepEqual(actFor(found, "KeyR").run, [{ path: "incidents/3/dispatch", body: { unit: "รถ 21" } }]);
  assert.deepEqual(actFor(found, "KeyA").run, [{ path: "incidents/3/arrive", body: { unit: "จยย. 34" } }]);
});

test("stepsOf_an_sos_with_a_unit_on_the_spot_ends_with_its_outcome", () => {
  const arrived = incident(3, { state: "ARRIVED", units: ["จยย. 34"] });

  const found = steps(alert(7, { state: "TAKEN", incident_id: 3 }), { incident: arrived });

  assert.deepEqual(actFor(found, "Digit1").run, [{ path: "incidents/3/close", body: { outcome: "REAL", note: "" } }]);
});

test("stepsOf_a_hit_sends_nobody_before_both_are_confirmed", () => {
  for (const ticks of [new Set(), new Set(["PROVINCE"]), new Set(["VEHICLE"])]) {
    assert.equal(actFor(steps(hit(), { ticks }), "Enter"), null);
  }
});

test("stepsOf_a_confirmed_hit_opens_the_incident_and_sends_with_both_confirmations", () => {
  const found = steps(hit(), { ticks: both });

  assert.deepEqual(actFor(found, "Enter").run, [
    { path: "incidents", body: { alert_id: 7 }, opens: true },
    { path: "incidents/{incident}/dispatch", body: { unit: "จยย. 34", confirmed: ["PROVINCE", "VEHICLE"] } },
  ]);
});

test("stepsOf_a_hit_whose_unit_was_taken_away_asks_again_and_opens_no_second_incident", () => {
  const opened = incident(3, { kind: "PLATE_HIT" });

  const found = steps(hit({ state: "TAKEN", incident_id: 3 }), { incident: opened, ticks: both });

  assert.deepEqual(actFor(found, "Enter").run.map(({ path }) => path), ["incidents/3/dispatch"]);
  assert.deepEqual(actFor(found, "Digit4").run.map(({ path }) => path), ["incidents/3/close"]);
});

test("stepsOf_a_hit_with_no_free_unit_still_opens_its_incident", () => {
  const found = stepsOf({ state: { ...state, units: {} }, alert: hit(), incident: null, ticks: both });

  assert.deepEqual(actFor(found, "Enter").run.map(({ path }) => path), ["incidents"]);
});

test("stepsOf_a_hit_can_be_dismissed_without_typing", () => {
  const found = steps(hit());

  const outcomes = ["Digit2", "Digit3", "Digit4"].map((key) => actFor(found, key).run[0].body.outcome);

  assert.deepEqual(outcomes, ["WRONG_PROVINCE", "WRONG_READ", "OTHER_VEHICLE"]);
});

test("stepsOf_a_camera_alert_is_settled_after_it_was_taken", () => {
  const camera = (values) => alert(7, { kind: "CAMERA", priority: 3, ...values });

  assert.equal(actFor(steps(camera()), "Digit1"), null);
  assert.equal(actFor(steps(camera({ state: "TAKEN" })), "Digit1").run[0].body.outcome, "RESTORED");
});

test("undoFor_gives_back_within_a_minute_and_before_an_incident", () => {
  const taken = alert(7, { state: "TAKEN", taken_at: "2026-11-23T14:47:00Z" });
  const at = Date.parse(taken.taken_at);

  assert.equal(undoFor(taken, at + 59_000).run[0].path, "alerts/7/undo");
  assert.equal(undoFor(taken, at + 61_000), null);
  assert.equal(undoFor({ ...taken, incident_id: 3 }, at), null);
});
