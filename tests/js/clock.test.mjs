import assert from "node:assert/strict";
import { test } from "node:test";

import { createClock } from "../../static/wall/clock.js";

test("hear_follows_the_server_when_this_computer_is_wrong", () => {
  let local = Date.parse("2026-11-23T15:00:00Z");
  const clock = createClock(() => local);

  clock.hear("2026-11-23T14:47:12Z");
  local += 5000;

  assert.equal(new Date(clock.now()).toISOString(), "2026-11-23T14:47:17.000Z");
});

test("hear_trusts_the_message_that_was_least_on_its_way", () => {
  let local = 0;
  const clock = createClock(() => local);
  const arrivals = [[1000, 40], [2000, 900], [3000, 60]];

  for (const [sent, delay] of arrivals) {
    local = sent + delay;
    clock.hear(new Date(sent).toISOString());
  }

  assert.equal(local - clock.now(), 40);
});

test("hear_ignores_what_is_no_time", () => {
  const clock = createClock(() => 1000);

  clock.hear("soon");

  assert.equal(clock.now(), 1000);
});
