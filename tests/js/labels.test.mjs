import assert from "node:assert/strict";
import { test } from "node:test";

import { along, arrange, callouts, leadTo, sidesOf, square, stepsOf } from "../../static/wall/labels.js";

const FRAME = { left: 0, top: 0, right: 900, bottom: 500 };
const tag = (x, y, width = 80, height = 30) => ({ x, y, width, height, places: sidesOf({ x, y, width, height }) });
const boxes = (labels, marks = []) => arrange(labels, marks, FRAME).map(({ left, top }, index) => ({
  left, top, right: left + labels[index].width, bottom: top + labels[index].height,
}));
const touch = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

test("arrange_puts_a_free_label_on_the_right", () => {
  const [box] = boxes([tag(100, 100)]);

  assert.ok(box.left > 100);
  assert.equal(box.top, 85);
});

test("arrange_keeps_a_label_off_an_alarm", () => {
  const alarm = square(140, 100, 38);

  const [box] = boxes([tag(90, 100)], [alarm]);

  assert.ok(!touch(box, alarm));
});

test("arrange_keeps_neighbours_apart", () => {
  const placed = boxes([tag(100, 100), tag(130, 104), tag(115, 120)]);

  placed.forEach((one, at) => placed.slice(at + 1).forEach((other) => assert.ok(!touch(one, other))));
});

test("arrange_keeps_a_label_at_the_edge_inside", () => {
  const [box] = boxes([tag(880, 100)]);

  assert.ok(box.right <= FRAME.right);
});

test("arrange_always_answers_even_where_nothing_is_free", () => {
  const everywhere = [FRAME];

  assert.equal(arrange([tag(100, 100), tag(100, 100)], everywhere, FRAME).length, 2);
});

test("stepsOf_leaves_a_name_on_its_point_when_it_can", () => {
  const name = { x: 300, y: 200, width: 100, height: 30 };

  const [box] = boxes([{ ...name, places: stepsOf(name) }]);

  assert.deepEqual([box.left, box.top], [250, 185]);
});

test("callouts_stand_clear_of_the_event_and_of_each_other", () => {
  const bearings = [180, 182, 185, 271];

  const offsets = callouts(bearings, [3, 5, 200, 12], { least: 68, apart: 38 });

  const lengths = offsets.map(({ x, y }) => Math.round(Math.hypot(x, y)));
  assert.deepEqual(lengths, [68, 68, 200, 68]);
  const angles = offsets.map(({ x, y }) => (Math.atan2(x, -y) * 180) / Math.PI).sort((one, other) => one - other);
  angles.slice(1).forEach((angle, at) => assert.ok(angle - angles[at] > 30));
});

test("callouts_leave_a_lone_camera_on_its_bearing", () => {
  const [{ x, y }] = callouts([90], [100], { least: 68, apart: 38 });

  assert.ok(Math.abs(x - 100) < 1e-6);
  assert.ok(Math.abs(y) < 1e-6);
});

test("leadTo_reaches_the_nearest_edge_and_is_nothing_inside", () => {
  const right = leadTo({ left: 40, top: -15, width: 80, height: 30 });
  const below = leadTo({ left: -40, top: 30, width: 80, height: 30 });

  assert.deepEqual([right.length, right.angle], [40, 0]);
  assert.deepEqual([below.length, below.angle], [30, 90]);
  assert.equal(leadTo({ left: -10, top: -10, width: 20, height: 20 }).length, 0);
});

test("arrange_tells_how_much_of_a_label_is_covered", () => {
  const [free] = arrange([tag(100, 100)], [], FRAME);
  const [hidden] = arrange([tag(100, 100)], [FRAME], FRAME);

  assert.deepEqual([free.covered, hidden.covered], [0, 1]);
});

test("along_leaves_no_gap_between_two_points", () => {
  const squares = along({ x: 0, y: 0 }, { x: 30, y: 40 }, 4);

  assert.deepEqual([squares[0], squares.at(-1)], [square(0, 0, 4), square(30, 40, 4)]);
  squares.slice(1).forEach((one, index) => assert.ok(touch(one, squares[index]) || one.left - squares[index].right < 0.01));
});
