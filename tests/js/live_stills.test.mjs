import assert from "node:assert/strict";
import { test } from "node:test";

import { freshen } from "../../static/wall/live_stills.js";

function makeTools({ still = async (code) => ({ blob: code, takenAt: 7 }), decode = async (blob) => ({ of: blob, close() {} }) } = {}) {
  const drawn = [];
  return { drawn, api: { still }, decode, draw: (_tile, picture) => drawn.push(picture.of) };
}

test("freshen_draws_the_newest_still_with_its_time", async () => {
  const tile = { code: "C-001", takenAt: null };
  const tools = makeTools();

  await freshen(tile, tools);

  assert.deepEqual([tools.drawn, tile.takenAt], [["C-001"], 7]);
});

test("freshen_never_draws_a_picture_under_another_camera's_name", async () => {
  for (const slow of ["still", "decode"]) {
    const tile = { code: "C-001", takenAt: null };
    const turn = () => { tile.code = "C-002"; };
    const tools = makeTools({
      still: async (code) => { if (slow === "still") turn(); return { blob: code, takenAt: 7 }; },
      decode: async (blob) => { if (slow === "decode") turn(); return { of: blob, close() {} }; },
    });

    await freshen(tile, tools);

    assert.deepEqual([tools.drawn, tile.takenAt], [[], null]);
  }
});

test("freshen_leaves_a_live_picture_alone_and_asks_for_no_still", async () => {
  let asked = 0;
  const tile = { code: "C-001", takenAt: 5, shownAt: performance.now() };
  const tools = makeTools({ still: async (code) => { asked += 1; return { blob: code, takenAt: 7 }; } });

  await freshen(tile, tools);

  assert.deepEqual([asked, tools.drawn, tile.takenAt], [0, [], 5]);
});

test("freshen_draws_no_still_that_is_older_than_the_last_live_picture", async () => {
  const tile = { code: "C-001", takenAt: 9, shownAt: null };
  const tools = makeTools();

  await freshen(tile, tools);

  assert.deepEqual([tools.drawn, tile.takenAt], [[], 9]);
});

test("freshen_keeps_the_old_picture_when_none_comes", async () => {
  const tile = { code: "C-001", takenAt: 5 };

  await freshen(tile, makeTools({ still: async () => { throw new Error("404"); } }));

  assert.equal(tile.takenAt, 5);
  assert.equal(tile.isAsking, false);
});

test("freshen_of_a_camera_without_a_picture_yet_draws_nothing", async () => {
  const tile = { code: "C-001", takenAt: null };
  const tools = makeTools({ still: async () => null });

  await freshen(tile, tools);

  assert.deepEqual([tools.drawn, tile.takenAt, tile.isAsking], [[], null, false]);
});

test("freshen_asks_once_at_a_time", async () => {
  let asked = 0;
  const tile = { code: "C-001", takenAt: null };
  const tools = makeTools({ still: async (code) => { asked += 1; return { blob: code, takenAt: 7 }; } });

  await Promise.all([freshen(tile, tools), freshen(tile, tools)]);

  assert.equal(asked, 1);
});
