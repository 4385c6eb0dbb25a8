import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "../../static/wall/i18n.js";
import { percent } from "../../static/wall/card_hit.js";

load({ "hit.unknown": "unknown" }, "en");

test("percent_never_claims_certainty", () => {
  assert.equal(percent(1), "99.9%");
  assert.equal(percent(0.9996), "99.9%");
});

test("percent_says_what_the_reader_said_below_that", () => {
  assert.deepEqual([percent(0.996), percent(0), percent(null)], ["99.6%", "0.0%", "unknown"]);
});
