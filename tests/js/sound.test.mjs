import assert from "node:assert/strict";
import { test } from "node:test";

import { P1_EVERY_MS, TROUBLE_EVERY_MS, due, newMemory } from "../../static/wall/sound.js";
import { alert } from "./helpers.mjs";

const p2 = (id, values) => alert(id, { kind: "PLATE_HIT", priority: 2, details: {}, ...values });
const now = (nowMs, alerts = [], isTrouble = false) => ({ alerts: { ...alerts }, isTrouble, nowMs });

test("due_p1_repeats_each_5_s_until_it_is_taken", () => {
  const memory = newMemory();
  const sos = [alert(1)];

  const heard = [0, 1000, P1_EVERY_MS, P1_EVERY_MS + 1000].map((at) => due(memory, now(at, sos)));
  const after = due(memory, now(2 * P1_EVERY_MS, [alert(1, { state: "TAKEN" })]));

  assert.deepEqual(heard, ["p1", null, "p1", null]);
  assert.equal(after, null);
});

test("due_a_test_press_is_silent", () => {
  assert.equal(due(newMemory(), now(0, [alert(1, { details: { test: true } })])), null);
});

test("due_p2_sounds_once_when_it_is_news", () => {
  const memory = newMemory();
  due(memory, now(0, [p2(1)]));

  const heard = [1000, 2000].map((at) => due(memory, now(at, [p2(1), p2(2)])));

  assert.deepEqual(heard, ["p2", null]);
});

test("due_what_waited_before_the_screen_opened_is_no_news", () => {
  assert.equal(due(newMemory(), now(0, [p2(1)])), null);
});

test("due_an_alert_that_was_taken_never_sounds_again_by_itself", () => {
  const memory = newMemory();
  due(memory, now(0));
  due(memory, now(1000, [p2(1)]));
  due(memory, now(2000, [p2(1, { state: "TAKEN" })]));

  assert.equal(due(memory, now(3000, [p2(1)])), null);
});

test("due_p3_and_p4_make_no_sound", () => {
  const memory = newMemory();
  due(memory, now(0));

  assert.equal(due(memory, now(1000, [alert(1, { priority: 3 }), alert(2, { priority: 4 })])), null);
});

test("due_trouble_sounds_each_minute_while_it_lasts", () => {
  const memory = newMemory();

  const heard = [0, 30_000, TROUBLE_EVERY_MS].map((at) => due(memory, now(at, [], true)));

  assert.deepEqual(heard, ["trouble", null, "trouble"]);
});

test("due_keeps_to_ten_sounds_in_ten_minutes_but_for_p1", () => {
  const memory = newMemory();
  due(memory, now(0));
  const alerts = [];

  const heard = Array.from({ length: 15 }, (_, index) => {
    alerts.push(p2(index + 1));
    return due(memory, now(1000 * (index + 1), alerts));
  });

  assert.equal(heard.filter((name) => name === "p2").length, 10);
  assert.equal(due(memory, now(20_000, [...alerts, alert(99)])), "p1");
  assert.equal(due(memory, now(700_000, [...alerts.slice(0, -1), p2(50)])), "p2");
});
