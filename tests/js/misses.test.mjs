import assert from "node:assert/strict";
import { test } from "node:test";

import { createMisses } from "../../static/wall/misses.js";
import { alert } from "./helpers.mjs";

const VIEWS = [{ code: "C-001", rank: 1 }, { code: "C-017", rank: 2 }];

function setUp({ can = ["cameras.learn"], answer = { ok: true, data: { id: 5 } } } = {}) {
  const sent = [];
  const api = { command: async (path, body) => (sent.push([path, body]), answer) };
  return { sent, misses: createMisses({ api, can, onChange: () => {} }) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("x_and_a_numeral_say_that_this_picture_showed_nothing", async () => {
  const { misses, sent } = setUp();
  misses.arm(VIEWS);

  assert.equal(misses.press("Digit2", alert(7), VIEWS), true);

  await settled();
  assert.deepEqual(sent, [["cameras/C-017/saw-nothing", { lat: 16.82, lon: 100.26, alert_id: 7 }]]);
  assert.equal(misses.stateOf(alert(7), "C-017"), "said");
  assert.equal(misses.stateOf(alert(8), "C-017"), null);
});

test("a_numeral_without_x_is_a_verdict", () => {
  const { misses, sent } = setUp();

  assert.equal(misses.press("Digit2", alert(7), VIEWS), false);
  assert.equal(sent.length, 0);
});

test("a_numeral_of_no_picture_closes_no_alert", () => {
  const { misses, sent } = setUp();
  misses.arm(VIEWS);

  assert.equal(misses.press("Digit4", alert(7), VIEWS), true);
  assert.equal(sent.length, 0);
});

test("u_takes_the_last_one_back_until_another_key_is_pressed", async () => {
  const { misses, sent } = setUp();
  await misses.turn(alert(7), "C-001");

  assert.equal(misses.undo(), true);
  await settled();
  assert.deepEqual(sent.at(-1), ["saw-nothing/5/undo", undefined]);
  assert.equal(misses.stateOf(alert(7), "C-001"), null);

  await misses.turn(alert(7), "C-001");
  misses.press("Digit1", alert(7), VIEWS);
  assert.equal(misses.undo(), false);
});

test("the_same_picture_is_said_once_and_a_refusal_may_be_tried_again", async () => {
  const { misses, sent } = setUp({ answer: { ok: false, error: { code: "unreachable", message: "" } } });
  await misses.turn(alert(7), "C-001");

  assert.equal(misses.stateOf(alert(7), "C-001"), "failed");
  await misses.turn(alert("i3"), "C-001");
  assert.deepEqual(sent[1], ["cameras/C-001/saw-nothing", { lat: 16.82, lon: 100.26 }]);
});

test("whoever_may_not_teach_is_not_asked", () => {
  const { misses } = setUp({ can: [] });

  misses.arm(VIEWS);

  assert.deepEqual([misses.isArmed(), misses.isOffered()], [false, false]);
});
