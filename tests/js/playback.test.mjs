import assert from "node:assert/strict";
import { test } from "node:test";

import { MasterClock, nextSpeed, shuttle, steer } from "../../static/cameras/playback/master_clock.js";
import { dayStart, exactHour, isoDay, parseMoment } from "../../static/cameras/playback/moments.js";
import { dragged, following, inside, msAt, ticks, xOf, zoomed } from "../../static/cameras/playback/scale.js";
import {
  extent, gapAt, joined, markBeside, markedSpan, nextFilm, readRecordings, segmentAt,
} from "../../static/cameras/playback/spans.js";

const DAY = { fromMs: 0, toMs: 86_400_000 };
const NOON = Date.parse("2026-11-23T05:00:00Z"); // noon in Thailand
const film = (...spans) => ({ segments: spans.map(([beginMs, endMs, values]) => ({ beginMs, endMs, ...values })), gaps: [], marks: [] });

test("clock_runs_at_its_speed_and_stands_while_a_camera_is_not_ready", () => {
  let now = 0;
  const clock = new MasterClock(() => now);
  clock.seek(1000);
  clock.set({ isPlaying: true, speed: 2 });
  now = 500;
  assert.equal(clock.at(), 2000);

  clock.set({ isHeld: true });
  now = 900;
  assert.equal(clock.at(), 2000);
  clock.set({ isHeld: false, direction: -1 });
  now = 1000;

  assert.equal(clock.at(), 1800);
});

test("steer_leaves_a_video_alone_that_is_right_and_jumps_only_when_far", () => {
  assert.deepEqual(steer({ currentS: 10, targetS: 10.005, rate: 1 }), { seekS: null, rate: 1 });
  assert.deepEqual(steer({ currentS: 10, targetS: 10.5, rate: 1 }), { seekS: 10.5, rate: 1 });
  assert.equal(steer({ currentS: 10, targetS: 10.5, rate: 8 }).seekS, null);
});

test("steer_brings_a_video_home_within_a_second_and_never_swings", () => {
  for (const rate of [0.25, 1, 4, 8]) {
    let [currentS, targetS] = [9.8, 10];
    let worst = 0;
    for (let step = 0; step < 100; step += 1) {
      const next = steer({ currentS, targetS, rate });
      currentS = next.seekS ?? currentS + next.rate * 0.05;
      targetS += rate * 0.05;
      if (step > 60) worst = Math.max(worst, Math.abs(targetS - currentS));
    }
    assert.ok(worst <= 0.012 * Math.max(1, rate), `${rate}: ${worst}`);
  }
});

test("shuttle_doubles_the_same_way_and_turns_at_once", () => {
  const forward = { isPlaying: true, direction: 1, speed: 2 };

  assert.deepEqual(shuttle(forward, "KeyL"), { speed: 4 });
  assert.deepEqual(shuttle(forward, "KeyJ"), { isPlaying: true, direction: -1, speed: 1 });
  assert.deepEqual(shuttle(forward, "KeyK"), { isPlaying: false });
  assert.equal(nextSpeed(8, 1), 8);
});

test("segmentAt_counts_a_seam_to_the_segment_before_it", () => {
  const { segments } = film([0, 60_000], [60_200, 120_000], [300_000, 360_000]);

  assert.deepEqual([0, 60_100, 60_200, 150_000].map((ms) => segmentAt(segments, ms)?.beginMs), [0, 0, 60_200, undefined]);
});

test("nextFilm_leaps_a_gap_that_all_cameras_have", () => {
  const tracks = [film([0, 60_000], [300_000, 360_000]), film([200_000, 210_000])];

  assert.deepEqual([30_000, 100_000, 250_000, 400_000].map((ms) => nextFilm(tracks, ms, 1)), [30_000, 200_000, 300_000, null]);
  assert.deepEqual([100_000, 250_000].map((ms) => nextFilm(tracks, ms, -1)), [59_999, 209_999]);
  assert.equal(nextFilm([], 0, 1), null);
});

test("joined_and_extent_see_through_seams", () => {
  const tracks = [film([0, 60_000], [60_200, 120_000, { motion: true }], [300_000, 360_000])];

  assert.deepEqual(joined(tracks[0].segments), [{ beginMs: 0, endMs: 120_000 }, { beginMs: 300_000, endMs: 360_000 }]);
  assert.deepEqual(joined(tracks[0].segments, ({ motion }) => motion), [{ beginMs: 60_200, endMs: 120_000 }]);
  assert.deepEqual(extent(tracks), { beginMs: 0, endMs: 359_999 });
  assert.equal(extent([film()]), null);
});

test("readRecordings_gives_times_as_numbers", () => {
  const read = readRecordings({
    segments: [{ id: 1, begin: "2026-11-23T05:00:00Z", duration_s: 1.5 }],
    gaps: [{ begin: "2026-11-23T05:00:01Z", end: "2026-11-23T05:00:09Z", reason: "STALLED" }],
    marks: [{ at: "2026-11-23T05:00:03Z", kind: "READ", label: "กข1234" }],
  });

  assert.deepEqual([read.segments[0].beginMs, read.segments[0].endMs], [NOON, NOON + 1500]);
  assert.equal(gapAt(read.gaps, NOON + 2000).reason, "STALLED");
  assert.equal(markBeside([read], NOON, 1).label, "กข1234");
  assert.equal(markBeside([read], NOON + 3000, 1), null);
});

test("markedSpan_needs_both_ends_and_puts_them_in_order", () => {
  assert.equal(markedSpan({ beginMs: 5, endMs: null }), null);
  assert.equal(markedSpan({ beginMs: 5, endMs: 5 }), null);
  assert.deepEqual(markedSpan({ beginMs: 9, endMs: 5 }), { beginMs: 5, endMs: 9 });
});

test("a_day_begins_at_midnight_in_thailand", () => {
  const late = Date.parse("2026-11-23T17:30:00Z"); // half past midnight on the 24th

  assert.equal(new Date(dayStart(late)).toISOString(), "2026-11-23T17:00:00.000Z");
  assert.deepEqual([isoDay(late), isoDay(late - 3_600_000)], ["2026-11-24", "2026-11-23"]);
  assert.equal(exactHour(late + 450), "00:30:00.4");
});

test("parseMoment_takes_both_eras_and_hours_alone", () => {
  const at = (text) => { const ms = parseMoment(text, NOON); return ms === null ? null : new Date(ms).toISOString().slice(0, 19); };

  assert.deepEqual(["21:40", "9.05.07", "23/11/2569 21:40", "1-3-2026", "22/11 06:00"].map(at), [
    "2026-11-23T14:40:00", "2026-11-23T02:05:07", "2026-11-23T14:40:00", "2026-02-28T17:00:00", "2026-11-21T23:00:00",
  ]);
  assert.deepEqual(["", "25:00", "31/2/2569", "เมื่อวาน", "12"].map(at), [null, null, null, null, null]);
});

test("scale_maps_there_and_back", () => {
  const view = { fromMs: 1000, toMs: 3000 };

  assert.equal(xOf(2000, view, 400), 200);
  assert.equal(msAt(xOf(1234, view, 400), view, 400), 1234);
});

test("zoomed_leaves_the_moment_under_the_pointer_and_stays_inside_the_day", () => {
  const near = zoomed(DAY, 0.5, 21_600_000, DAY);

  assert.equal(xOf(21_600_000, near, 100), 25);
  assert.deepEqual(zoomed(near, 100, 21_600_000, DAY), DAY);
  assert.equal(zoomed(near, 1e-9, 21_600_000, DAY).toMs - zoomed(near, 1e-9, 21_600_000, DAY).fromMs, 20_000);
});

test("dragged_and_inside_never_leave_the_day", () => {
  const view = { fromMs: 0, toMs: 3_600_000 };

  assert.deepEqual(dragged(view, 50, 100, DAY), view);
  assert.deepEqual(dragged(view, -50, 100, DAY), { fromMs: 1_800_000, toMs: 5_400_000 });
  assert.deepEqual(inside({ fromMs: -9e9, toMs: 9e9 }, DAY), DAY);
});

test("following_turns_the_page_when_the_playhead_leaves_it", () => {
  const view = { fromMs: 0, toMs: 100_000 };

  assert.equal(following(view, 50_000, DAY), view);
  assert.equal(following(view, 99_000, DAY).fromMs, 94_000);
});

test("ticks_stand_on_whole_steps_that_leave_room_for_words", () => {
  const { step, moments } = ticks({ fromMs: NOON - 1, toMs: NOON + 3_600_000 }, 840);

  assert.equal(step, 600_000);
  assert.equal(moments[0], NOON);
  assert.ok(ticks(DAY, 300).moments.length <= 7);
});
