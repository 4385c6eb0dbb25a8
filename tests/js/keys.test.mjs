import assert from "node:assert/strict";
import { test } from "node:test";

import { meaning } from "../../static/wall/keys.js";

const press = (code, values = {}) => meaning({ code, ctrlKey: false, altKey: false, metaKey: false, repeat: false, target: null, ...values });
const field = { closest: (selector) => (selector.includes("input") ? {} : null) };

test("meaning_follows_the_place_of_the_key_not_its_letter", () => {
  assert.deepEqual(press("KeyP", { key: "ย" }), { act: "KeyP" });
  assert.deepEqual(press("Space", { key: " " }), { move: "ack" });
  assert.deepEqual(press("KeyJ"), { move: "next" });
  assert.deepEqual(press("Slash", { shiftKey: true }), { move: "help" });
  assert.deepEqual(press("Slash"), { move: "find" });
});

test("meaning_of_the_number_pad_is_that_of_the_digits", () => {
  assert.deepEqual(press("Numpad2"), { act: "Digit2" });
  assert.deepEqual(press("NumpadEnter"), { act: "Enter" });
});

test("meaning_is_none_in_a_field_or_with_a_modifier", () => {
  assert.equal(press("KeyP", { target: field }), null);
  assert.equal(press("KeyR", { ctrlKey: true }), null);
  assert.equal(press("KeyQ"), null);
});

test("meaning_of_a_key_held_down_is_one_press_except_for_moving", () => {
  assert.deepEqual(press("Space", { repeat: true }), { move: "nothing" });
  assert.deepEqual(press("Digit1", { repeat: true }), { move: "nothing" });
  assert.deepEqual(press("ArrowDown", { repeat: true }), { move: "next" });
});
