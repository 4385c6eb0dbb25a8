import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange, parseSheet } from "../../static/wall/sheet.js";

function pack(head, ...jpegs) {
  const words = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + words.length + jpegs.reduce((sum, one) => sum + one.length, 0));
  new DataView(bytes.buffer).setUint32(0, words.length);
  bytes.set(words, 4);
  let at = 4 + words.length;
  for (const jpeg of jpegs) {
    bytes.set(jpeg, at);
    at += jpeg.length;
  }
  return bytes.buffer;
}

test("parseSheet_cuts_each_picture_out_of_the_pack", () => {
  const tiles = [{ code: "C-001", at_ms: 5, offset: 0, length: 3 }, { code: "C-002", at_ms: 6, offset: 3, length: 2 }];

  const sheet = parseSheet(pack({ at: "x", tiles, ages: { "C-003": null } }, [1, 2, 3], [4, 5]));

  assert.deepEqual(sheet.tiles.map(({ code, jpeg }) => [code, [...new Uint8Array(jpeg)]]), [["C-001", [1, 2, 3]], ["C-002", [4, 5]]]);
  assert.deepEqual(sheet.ages, { "C-003": null });
});

test("parseSheet_of_nothing_new_is_empty", () => {
  assert.deepEqual(parseSheet(pack({ at: "x", tiles: [], ages: {} })).tiles, []);
});

test("arrange_gives_183_cameras_two_blocks_of_ten_rows", () => {
  const cameras = Object.fromEntries(Array.from({ length: 183 }, (_, index) => {
    const code = `C-${String(index + 1).padStart(3, "0")}`;
    return [code, { code, in_zone: index < 64 }];
  }));

  const { cells, columns } = arrange(cameras);

  assert.deepEqual(columns, [7, 12]);
  assert.ok(cells.every(({ row }) => row < 10));
  assert.equal(new Set(cells.map(({ block, column, row }) => `${block} ${column} ${row}`)).size, 183);
});

test("arrange_keeps_every_camera_at_its_address_when_one_dies", () => {
  const camera = (code, health) => ({ code, in_zone: true, health });
  const before = arrange({ a: camera("a", "LIVE"), b: camera("b", "LIVE") });
  const after = arrange({ a: camera("a", "UNREACHABLE"), b: camera("b", "LIVE") });

  assert.deepEqual(after.cells.map(({ column, row }) => [column, row]), before.cells.map(({ column, row }) => [column, row]));
});

test("arrange_of_no_cameras_is_empty", () => {
  assert.deepEqual(arrange({}), { cells: [], columns: [0, 0] });
});
