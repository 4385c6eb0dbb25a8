import assert from "node:assert/strict";
import { test } from "node:test";

import { chips, peopleWords } from "../../static/wall/strip.js";
import { fromSnapshot } from "../../static/wall/store.js";
import { load } from "../../static/wall/i18n.js";
import { fixture } from "./helpers.mjs";

load({
  "shift.none": "nobody", "shift.more": "{name} and {n} more",
  "chip.unknown": "?", "chip.as-of": "at {time}", "chip.lost": "lost {age}", "chip.seconds": "{n} s",
  "chip.sos-well": "{count} well", "chip.sos-deaf": "{count} silent", "chip.units": "{n}", "chip.units-late": "{n} late {age}",
}, "en");
const state = fromSnapshot(fixture("snapshot"));
const AT = Date.parse(state.at);
const link = (values) => ({ level: "live", silence_ms: 300, isReady: true, ...values });
const shown = (status, heardAt = state.at) =>
  Object.fromEntries(chips(state, status, AT, heardAt).map(({ name, value, isLate }) => [name, `${value}${isLate ? " !" : ""}`]));

test("chips_say_how_fresh_each_kind_of_news_is", () => {
  assert.deepEqual(shown(link()), { data: "0.3 s", cameras: "1 / 3", sos: "1 / 1 well", units: "1 late 1:12 !" });
});

test("chips_are_of_the_last_hour_heard_once_the_link_is_late", () => {
  assert.deepEqual(shown(link({ level: "late", silence_ms: 4000 })),
    { data: "lost 0:04 !", cameras: "at 21:47:12 !", sos: "at 21:47:12 !", units: "at 21:47:12 !" });
});

test("chips_call_the_sos_unknown_when_the_link_is_lost", () => {
  assert.equal(shown(link({ level: "lost", silence_ms: 12_000 })).sos, "? !");
});

test("chips_never_show_the_unknown_as_normal", () => {
  assert.ok(Object.values(shown(link({ isReady: false }))).every((value) => value === "? !"));
  assert.equal(chips({ ...state, sos: {} }, link(), AT, null).find(({ name }) => name === "sos").isLate, true);
});

test("chips_tell_a_silent_point", () => {
  const deaf = { ...state, sos: { "SOS-01": { ...state.sos["SOS-01"], state: "DEAF" } } };

  assert.equal(chips(deaf, link(), AT, null).find(({ name }) => name === "sos").value, "0 / 1 silent");
});

test("peopleWords_name_as_many_as_the_strip_has_room_for", () => {
  const long = "ร.ต.อ.หญิง ศศิธร (สาธิต)";

  assert.equal(peopleWords([]), "nobody");
  assert.equal(peopleWords(["ด.ต.มานพ", "ส.ต.ท.ธนกร"]), "ด.ต.มานพ · ส.ต.ท.ธนกร");
  assert.equal(peopleWords([long, long, long]), `${long} and 2 more`);
});
