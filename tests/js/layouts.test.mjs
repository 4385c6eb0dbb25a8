import assert from "node:assert/strict";
import { test } from "node:test";

import {
  chosenCameras, columnsOf, groupsOf, inOrder, matching, moved, pageOf, readAddress, togglePicked, writeAddress,
} from "../../static/cameras/live/layouts.js";

const camera = (code, values = {}) => ({ code, name: `หน้าตลาด ${code}`, owner: "เทศบาล", site: "ถนนสิงหวัฒน์", in_zone: false, health: "LIVE", ...values });
const codes = (list) => list.map(({ code }) => code);
const FIRST = { layout: 4, by: "street", of: "", cameras: [], page: 0, big: "" };

test("readAddress_of_an_empty_address_is_four_tiles_of_all", () => {
  assert.deepEqual(readAddress(""), FIRST);
});

test("readAddress_reads_back_what_writeAddress_wrote", () => {
  const choices = [
    { ...FIRST, layout: 16, by: "owner", of: "อบจ. พิษณุโลก", page: 2 },
    { ...FIRST, layout: 9, cameras: ["C-001", "กล้อง.2"], big: "C-001" },
    { ...FIRST, layout: "all", by: "health" },
  ];

  assert.deepEqual(choices.map((choice) => readAddress(writeAddress(choice))), choices);
});

test("readAddress_of_nonsense_falls_back_to_what_is_safe", () => {
  assert.deepEqual(readAddress("?layout=1000000&by=colour&page=-3&cameras=,,"), FIRST);
});

test("chosenCameras_puts_the_zone_first_and_keeps_the_order_of_a_hand", () => {
  const all = [camera("C-003"), camera("C-002", { in_zone: true }), camera("C-001")];

  assert.deepEqual(codes(chosenCameras(all, FIRST)), ["C-002", "C-001", "C-003"]);
  assert.deepEqual(codes(chosenCameras(all, { ...FIRST, cameras: ["C-003", "C-999", "C-001"] })), ["C-003", "C-001"]);
});

test("chosenCameras_of_a_group_are_its_members_only", () => {
  const all = [camera("C-001"), camera("C-002", { site: "" }), camera("C-003", { health: "UNREACHABLE" })];

  assert.deepEqual(codes(chosenCameras(all, { ...FIRST, of: "-" })), ["C-002"]);
  assert.deepEqual(codes(chosenCameras(all, { ...FIRST, by: "health", of: "dead" })), ["C-003"]);
});

test("groupsOf_health_begins_with_what_needs_somebody", () => {
  const all = [camera("C-001"), camera("C-002", { health: "UNKNOWN" }), camera("C-003", { health: "STALLED" }), camera("C-004", { health: "AUTH_FAILED" })];

  assert.deepEqual(groupsOf(all, "health").map(({ value }) => value), ["dead", "late", "unknown", "live"]);
});

test("groupsOf_a_street_ends_with_the_nameless", () => {
  const all = [camera("C-001", { site: "" }), camera("C-002", { site: "ข" }), camera("C-003", { site: "ก" })];

  assert.deepEqual(groupsOf(all, "street").map(({ value }) => value), ["ก", "ข", "-"]);
});

test("groupsOf_a_street_takes_the_first_word_of_the_site", () => {
  const all = [camera("C-001", { site: "ถ.สิงหวัฒน์ จุดที่ 1" }), camera("C-002", { site: "ถ.สิงหวัฒน์ ขาเข้าเมือง" })];

  assert.deepEqual(groupsOf(all, "street").map(({ value, cameras }) => [value, cameras.length]), [["ถ.สิงหวัฒน์", 2]]);
});

test("pageOf_goes_round_after_the_last_page", () => {
  const list = inOrder(Array.from({ length: 10 }, (_, at) => camera(`C-${at}`)));

  assert.deepEqual(codes(pageOf(list, { layout: 4, page: 2 }).shown), ["C-8", "C-9"]);
  assert.deepEqual(pageOf(list, { layout: 4, page: 3 }).page, 0);
  assert.deepEqual(pageOf([], { layout: 4, page: 5 }), { shown: [], page: 0, pages: 1 });
});

test("matching_wants_every_word_somewhere", () => {
  const all = [camera("C-001"), camera("C-002", { owner: "อบจ." })];

  assert.deepEqual(codes(matching(all, "ตลาด อบจ")), ["C-002"]);
  assert.deepEqual(codes(matching(all, " ")), ["C-001", "C-002"]);
});

test("togglePicked_adds_at_the_end_and_takes_out", () => {
  assert.deepEqual(togglePicked(togglePicked(["a", "b"], "c"), "a"), ["b", "c"]);
});

test("moved_stays_inside_the_grid", () => {
  const grid = { columns: 3, count: 8 };

  assert.deepEqual([moved(4, "ArrowUp", grid), moved(4, "ArrowDown", grid), moved(5, "ArrowDown", grid), moved(0, "ArrowLeft", grid)], [1, 7, 5, 0]);
  assert.deepEqual([moved(-1, "ArrowDown", grid), moved(-1, "ArrowDown", { columns: 3, count: 0 })], [0, -1]);
});

test("columnsOf_a_phone_are_one_or_two", () => {
  assert.deepEqual([4, 9, 16, 36].map((layout) => columnsOf(layout, 1920)), [2, 3, 4, 6]);
  assert.deepEqual([4, 9, 36].map((layout) => columnsOf(layout, 390)), [1, 2, 2]);
});
