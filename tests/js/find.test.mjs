import assert from "node:assert/strict";
import { test } from "node:test";

import { KINDS, commandFor, knownPlaces, placeNamed } from "../../static/wall/cases.js";
import { bare, search } from "../../static/wall/find.js";
import { EMPTY } from "../../static/wall/store.js";
import { alert, incident } from "./helpers.mjs";

const camera = (code, name) => ({ code, name, lat: 16.82, lon: 100.26 });
const state = {
  ...EMPTY,
  station: { places: [{ name: "วัดบ้านคลอง", lat: 16.81, lon: 100.25 }], communities: [] },
  cameras: { "C-001": camera("C-001", "แยกตลาดบ้านคลอง"), "C-010": camera("C-010", "หน้าวัด") },
  sos: { "SOS-01": { code: "SOS-01", name: "ตลาดสด", lat: 16.83, lon: 100.27 } },
  units: { "จยย. 34": { code: "จยย. 34", name: "สายตรวจ", lat: null, lon: null } },
  incidents: { 3: incident(3, { alert_id: null }), 4: incident(4, { number: "6911-0002", alert_id: 7 }) },
  alerts: { 7: alert(7, { kind: "PLATE_HIT", subject: "ป้ายเฝ้าระวัง กข 1234", details: { camera: "C-001", text: "กข1234" } }) },
};
const titles = (words, hits) => search(state, words, hits).map(({ title }) => title);

test("bare_is_how_people_type", () => {
  assert.equal(bare(" C-001 "), bare("c001"));
  assert.equal(bare("กข 1234"), "กข1234");
});

test("search_finds_each_kind_of_thing_by_a_few_letters", () => {
  assert.deepEqual(titles("c001"), ["C-001"]);
  assert.deepEqual(titles("sos-01"), ["SOS-01"]);
  assert.deepEqual(titles("จยย34"), ["จยย. 34"]);
  assert.deepEqual(titles("6911-0002"), ["6911-0002"]);
  assert.deepEqual(titles("1234"), ["ป้ายเฝ้าระวัง กข 1234"]);
});

test("search_looks_into_what_stands_beside_the_name", () => {
  assert.deepEqual(titles("c-0"), ["C-001", "C-010"]);
  assert.deepEqual(titles("วัด"), ["C-010"]);
  assert.deepEqual(titles("บ้านคลอง"), ["C-001"]);
});

test("search_of_nothing_finds_nothing", () => {
  assert.deepEqual([titles(" "), titles("ไม่มีทาง")], [[], []]);
});

test("search_leads_to_the_card_of_what_is_open_and_to_the_place_of_what_is_over", () => {
  const over = alert(9, { kind: "PLATE_HIT", state: "CLOSED", subject: "ป้ายเฝ้าระวัง ขค 99", details: { camera: "C-010" } });

  const [open] = search(state, "กข1234");
  const [past] = search(state, "ขค99", [over]);

  assert.deepEqual([open.call, open.camera], [7, "C-001"]);
  assert.deepEqual([past.call, past.camera, past.spot], [null, "C-010", [16.82, 100.26]]);
  assert.deepEqual(search(state, "6911").map(({ call }) => call), ["i3", 7]);
});

test("search_shows_at_most_eight", () => {
  const cameras = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`C-${index}`, camera(`C-${index}`, "ตลาด")]));

  assert.equal(search({ ...EMPTY, cameras }, "ตลาด").length, 8);
});

test("commandFor_says_kind_place_and_note_and_puts_a_known_place_on_the_map", () => {
  const places = knownPlaces(state);

  const body = commandFor({ kind: KINDS[0], label: "ทะเลาะวิวาท", where: "วัดบ้านคลอง", note: " ชายสองคน " }, places);

  assert.deepEqual(body, {
    kind: "QUARREL", priority: 2, subject: "ทะเลาะวิวาท ชายสองคน", place: "วัดบ้านคลอง", lat: 16.81, lon: 100.25,
  });
});

test("commandFor_an_unknown_place_has_no_point", () => {
  const body = commandFor({ kind: KINDS[6], label: "อื่น ๆ", where: "บ้านป้าแดง", note: "" }, knownPlaces(state));

  assert.deepEqual([body.lat, body.lon, body.place, body.subject], [null, null, "บ้านป้าแดง", "อื่น ๆ"]);
});

test("placeNamed_takes_part_of_a_name_only_when_it_means_one", () => {
  const places = knownPlaces(state);

  assert.equal(placeNamed(places, "c001").name, "C-001 แยกตลาดบ้านคลอง");
  assert.equal(placeNamed(places, "วัด"), null);
  assert.equal(placeNamed(places, ""), null);
});
