import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_ROWS, floodNow, floodRows, railRows } from "../../static/wall/groups.js";
import { EMPTY } from "../../static/wall/store.js";
import { alert, incident } from "./helpers.mjs";

const withAlerts = (...alerts) => ({ ...EMPTY, alerts: Object.fromEntries(alerts.map((one) => [one.id, one])) });
const fault = (id, place, values = {}) => alert(id, { kind: "CAMERA", priority: 3, place, details: {}, ...values });
const hit = (id, camera, values = {}) => alert(id, { kind: "PLATE_HIT", priority: 2, details: { camera }, ...values });
const shape = (rows) => rows.map(({ key, alerts }) => `${key} ${alerts.length}`);

test("floodNow_begins_above_ten_and_ends_below_five", () => {
  assert.deepEqual([floodNow(false, 10), floodNow(false, 11)], [false, true]);
  assert.deepEqual([floodNow(true, 5), floodNow(true, 4)], [true, false]);
});

test("railRows_outside_a_flood_are_one_row_an_alert", () => {
  const sections = railRows(withAlerts(fault(1, "ก"), fault(2, "ก")));

  assert.deepEqual(sections.find(({ name }) => name === "waiting").rows.map(({ isGroup }) => isGroup), [false, false]);
});

test("floodRows_fold_one_kind_and_place", () => {
  const state = withAlerts(fault(1, "ก"), fault(2, "ก"), fault(3, "ข"), hit(4, "C-001"), hit(5, "C-001"));

  assert.deepEqual(shape(floodRows(state)), ["PLATE_HIT|C-001 2", "CAMERA|ก 2", "3 1"]);
});

test("floodRows_fold_the_widest_kind_first_when_places_are_too_many", () => {
  const faults = Array.from({ length: 12 }, (_, index) => fault(10 + index, `จุด ${index}`));

  const rows = floodRows(withAlerts(hit(1, "C-001"), hit(2, "C-002"), ...faults));

  assert.deepEqual(shape(rows), ["1 1", "2 1", "CAMERA| 12"]);
});

test("floodRows_never_fold_an_sos_and_put_it_on_top", () => {
  const sos = Array.from({ length: 8 }, (_, index) => alert(index + 1));
  const rest = [hit(20, "C-001"), hit(21, "C-002"), fault(30, "ก"), fault(31, "ข")];

  const rows = floodRows(withAlerts(...sos, ...rest));

  assert.deepEqual(rows.slice(0, 8).map(({ lead, isGroup }) => [lead.kind, isGroup]), sos.map(() => ["SOS", false]));
  assert.deepEqual(shape(rows.slice(8)), ["MIXED| 4"]);
});

test("floodRows_let_the_least_urgent_kinds_share_the_last_row", () => {
  const sos = [1, 2, 3, 4].map((id) => alert(id));
  const system = alert(40, { kind: "SYSTEM", priority: 3, place: "", details: {}, source: { type: "task", id: "งาน" } });

  const rows = floodRows(withAlerts(...sos, hit(20, "C-001"), hit(21, "C-002"), fault(30, "ก"), system));

  assert.deepEqual(shape(rows.slice(4)), ["PLATE_HIT| 2", "MIXED| 2"]);
});

test("floodRows_keep_the_shelf_as_one_row_at_the_end", () => {
  const shelved = { until: "2026-11-23T15:02:00Z", by: "ก", reason: "REPAIR" };
  const state = withAlerts(fault(1, "ก"), ...[2, 3].map((id) => fault(id, "ข", { state: "SHELVED", shelved })));

  assert.deepEqual(shape(floodRows(state)), ["1 1", "SHELF| 2"]);
});

test("floodRows_hold_incidents_opened_by_hand", () => {
  const state = { ...withAlerts(fault(1, "ก")), incidents: { 3: incident(3, { alert_id: null, priority: 2, kind: "QUARREL" }) } };

  assert.deepEqual(floodRows(state).flatMap(({ alerts }) => alerts.map(({ id }) => id)).sort(), [1, "i3"]);
});

test("railRows_show_the_members_of_the_open_group_that_holds_the_choice", () => {
  const state = withAlerts(fault(1, "ก"), fault(2, "ก"), hit(3, "C-001"));

  const [{ rows, count }] = railRows(state, { isFlood: true, selected: 2, isGroupOpen: true });

  assert.deepEqual(rows.map(({ key, isOpen, isMember }) => [key, isOpen, isMember]), [
    ["3", false, false], ["CAMERA|ก", true, false], ["1", false, true], ["2", false, true],
  ]);
  assert.equal(count, 3);
  assert.ok(MOST_ROWS === 6);
});
