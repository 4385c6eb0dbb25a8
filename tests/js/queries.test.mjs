import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cameraCounts, incidentOf, lateUnits, load, railOrder, railSections, restingCameras, sosCounts, unitsNear,
} from "../../static/wall/queries.js";
import { EMPTY, fromSnapshot } from "../../static/wall/store.js";
import { alert, fixture, incident } from "./helpers.mjs";

const station = fromSnapshot(fixture("snapshot"));
const AT = Date.parse(station.at);
const withAlerts = (...alerts) => ({ ...station, alerts: Object.fromEntries(alerts.map((one) => [one.id, one])) });
const ids = (alerts) => alerts.map(({ id }) => id);

test("railSections_keep_what_nobody_answered_on_top", () => {
  const state = withAlerts(alert(1, { state: "TAKEN" }), alert(2, { priority: 2 }), alert(3), alert(4, { priority: 3, state: "TAKEN" }));

  assert.deepEqual(railSections(state).map(({ name }) => name), ["waiting", "pinned", "working", "shelved", "closed"]);
  assert.deepEqual(ids(railOrder(state)), [3, 2, 1, 4]);
});

test("railSections_pin_a_taken_sos_above_lesser_alerts_that_wait", () => {
  const state = withAlerts(alert(1, { state: "TAKEN" }), alert(2, { priority: 2 }));

  assert.deepEqual(ids(railOrder(state)), [1, 2]);
});

test("railSections_put_the_oldest_first_within_a_priority", () => {
  const state = withAlerts(alert(1, { raised_at: "2026-11-23T14:47:05Z" }), alert(2, { raised_at: "2026-11-23T14:46:05Z" }));

  assert.deepEqual(ids(railOrder(state)), [2, 1]);
});

test("load_counts_ten_minutes_and_fills_slots_from_the_right", () => {
  const ago = (minutes) => new Date(AT - minutes * 60_000).toISOString();
  const state = { ...EMPTY, raised: { 1: ago(0), 2: ago(4), 3: ago(7), 4: ago(11), 5: ago(59), 6: ago(61) } };

  const { recent, slots, isFlood } = load(state, AT);

  assert.equal(recent, 3);
  assert.deepEqual([slots.at(-1), slots.at(-2), slots.at(-3), slots[0]], [2, 1, 1, 1]);
  assert.equal(slots.length, 12);
  assert.ok(!isFlood);
});

test("load_is_a_flood_above_ten_in_ten_minutes", () => {
  const raised = (count) => Object.fromEntries(Array.from({ length: count }, (_, id) => [id, station.at]));

  assert.ok(!load({ ...EMPTY, raised: raised(10) }, AT).isFlood);
  assert.ok(load({ ...EMPTY, raised: raised(11) }, AT).isFlood);
});

test("cameraCounts_never_count_the_unknown_as_live", () => {
  const state = { ...station, cameras: { ...station.cameras, "C-004": { code: "C-004", health: "UNKNOWN" } } };

  assert.deepEqual(cameraCounts(state), { total: 4, live: 1, late: 1, dead: 1, unknown: 1 });
});

test("sosCounts_tell_a_deaf_point_from_a_quiet_one", () => {
  const state = { ...station, sos: { ...station.sos, "SOS-02": { code: "SOS-02", state: "DEAF" } } };

  const { total, heard, deaf } = sosCounts(state);

  assert.deepEqual([total, heard, deaf.length], [2, 1, 1]);
});

test("lateUnits_are_those_older_than_promised", () => {
  assert.deepEqual(lateUnits(station, AT).map(({ code }) => code), ["รถ 21"]);
});

test("unitsNear_lists_free_units_nearest_first", () => {
  const near = unitsNear(station, [16.82, 100.26]);

  assert.deepEqual(near.map(({ unit }) => unit.code), ["จยย. 34", "รถ 21"]);
  assert.ok(Math.abs(near[0].distance_m - 222) < 2);
});

test("incidentOf_an_alert_without_one_is_null", () => {
  const state = { ...station, incidents: { 3: incident(3) } };

  assert.equal(incidentOf(state, alert(7)), null);
  assert.equal(incidentOf(state, alert(7, { incident_id: 3 })).id, 3);
  assert.equal(incidentOf(state, alert(7, { incident_id: 4 })), null);
});

test("restingCameras_show_live_zone_cameras_page_by_page", () => {
  const camera = (code) => ({ code, in_zone: true, health: "LIVE" });
  const state = { ...EMPTY, cameras: Object.fromEntries(["C-1", "C-2", "C-3"].map((code) => [code, camera(code)])) };
  const codes = (page) => restingCameras(state, page, 2).map(({ code }) => code);

  assert.deepEqual([codes(0), codes(1), codes(2)], [["C-1", "C-2"], ["C-3"], ["C-1", "C-2"]]);
});
