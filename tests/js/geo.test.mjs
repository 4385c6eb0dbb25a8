import assert from "node:assert/strict";
import { test } from "node:test";

import { bearingDeg, distanceM, place, travel, turnDeg } from "../../static/wall/geo.js";

const MARKET = [16.8195, 100.2655];
const near = (actual, wanted, slack) => assert.ok(Math.abs(actual - wanted) <= slack, `${actual} is not ${wanted}`);

test("travel_and_distance_are_each_other's_inverse", () => {
  for (const bearing of [0, 45, 90, 200, 359]) {
    const there = travel(MARKET, bearing, 500);
    near(distanceM(MARKET, there), 500, 0.5);
    near(turnDeg(bearing, bearingDeg(MARKET, there)), 0, 0.1);
  }
});

test("bearingDeg_counts_clockwise_from_north", () => {
  near(bearingDeg(MARKET, travel(MARKET, 90, 100)), 90, 0.1);
  near(bearingDeg(MARKET, travel(MARKET, 270, 100)), 270, 0.1);
});

test("turnDeg_takes_the_short_way_round", () => {
  assert.deepEqual([turnDeg(350, 10), turnDeg(10, 350), turnDeg(0, 180)], [20, -20, -180]);
});

test("place_of_a_thing_without_a_position_is_null", () => {
  assert.equal(place({ lat: null, lon: null }), null);
  assert.equal(place(undefined), null);
  assert.deepEqual(place({ lat: 1, lon: 2 }), [1, 2]);
});
