import assert from "node:assert/strict";
import { test } from "node:test";

import {
  day, hourMinute, hourMinuteSecond, runningAge, secondsSince, settledAge, shortDay, spokenAge, weekdayDay,
} from "../../static/wall/dates.js";
import { fixture, speak } from "./helpers.mjs";

const plain = (words) => words.replaceAll("\u00a0", " ");

for (const { at, th, en } of fixture("dates").days) {
  test(`day_in_both_languages_${at}`, () => {
    speak("th");
    assert.equal(plain(day(at)), th);
    speak("en");
    assert.equal(plain(day(at)), en);
  });
}

test("clock_shows_thai_time_wherever_the_computer_stands", () => {
  assert.equal(hourMinuteSecond("2026-11-23T14:47:12Z"), "21:47:12");
  assert.equal(hourMinute(Date.parse("2026-11-23T17:05:00Z")), "00:05");
});

test("weekdayDay_keeps_day_month_and_year_on_one_line", () => {
  speak("th");

  assert.equal(weekdayDay("2026-11-23T14:47:12Z"), "จ. 23\u00a0พ.ย.\u00a02569");
});

test("runningAge_counts_up_and_is_never_negative", () => {
  assert.deepEqual([-3, 0, 4.9, 59, 60, 751, 3751].map(runningAge), ["0:00", "0:00", "0:04", "0:59", "1:00", "12:31", "1:02:31"]);
});

test("settledAge_runs_for_five_minutes_then_settles_in_words", () => {
  speak("th");

  assert.deepEqual([48, 299, 300, 3599, 7200, 86400].map((age) => plain(settledAge(age))),
    ["0:48", "4:59", "5 นาที", "59 นาที", "2 ชม.", "1 วัน"]);
});

test("spokenAge_names_its_unit_at_every_length", () => {
  speak("th");

  assert.deepEqual([0, 6.2, 59.2, 61, 7300].map((age) => plain(spokenAge(age))),
    ["0 วินาที", "6 วินาที", "59 วินาที", "1 นาที", "2 ชม."]);
});

test("secondsSince_of_nothing_heard_is_null", () => {
  assert.equal(secondsSince(null, 0), null);
  assert.equal(secondsSince("2026-11-23T14:47:12Z", Date.parse("2026-11-23T14:47:20Z")), 8);
});

test("shortDay_leaves_the_year_out_only_while_it_goes_without_saying", () => {
  speak("th");

  assert.equal(plain(shortDay("2026-12-21T00:00:00Z", "2026-11-23T14:47:12Z")), "21 ธ.ค.");
  assert.equal(plain(shortDay("2027-12-21T00:00:00Z", "2026-11-23T14:47:12Z")), "21 ธ.ค. 2570");
});
