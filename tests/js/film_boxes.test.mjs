import assert from "node:assert/strict";
import { test } from "node:test";

import { FilmReader, boxesIn } from "../../static/cameras/playback/film_boxes.js";
import { FilmRefused, piecesOf } from "../../static/cameras/playback/film_source.js";

const flat = (parts) => parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : Array.isArray(part) ? flat(part) : [part]));
const u32 = (value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const box = (kind, ...parts) => { const body = flat(parts); return [...u32(8 + body.length), ...Buffer.from(kind), ...body]; };
const zeros = (count) => new Array(count).fill(0);

function track(id, handler, entry) {
  const media = [
    box("mdhd", u32(0), u32(0), u32(0), u32(1000), u32(0), u32(0)),
    box("hdlr", u32(0), u32(0), handler, zeros(12)),
    box("minf", box("stbl", box("stsd", u32(0), u32(1), entry))),
  ];
  return box("trak", box("tkhd", u32(0), u32(0), u32(0), u32(id), zeros(60)), box("mdia", ...media));
}

const AVC = box("avc1", zeros(78), box("avcC", 1, 0x64, 0x00, 0x1f, 0xff));
const HEVC = box("hvc1", zeros(78), box("hvcC", 1, 0x01, u32(0x60000000), 0x90, zeros(5), 93));
const SOUND = box("alaw", zeros(28));
const movie = (...tracks) => box("moov", ...tracks, box("mvex", ...tracks.map((_track, at) => box("trex", u32(0), u32(at + 1), zeros(16)))));
const video = track(1, "vide", AVC);

/** A fragment of a track whose pictures last `durations` and are shown `offsets` later than decoded. */
function traf(id, decode, durations, offsets) {
  const samples = durations.map((duration, at) => [u32(duration), u32(9), u32(0), u32(offsets[at])]);
  return box("traf", box("tfhd", u32(0), u32(id)), box("tfdt", u32(0x01000000), u32(0), u32(decode)),
    box("trun", u32(0x01000f01), u32(durations.length), u32(0), ...samples));
}

const fragment = (...parts) => [...box("moof", box("mfhd", u32(0), u32(1)), ...parts), ...box("mdat", zeros(9))];
const names = (bytes) => boxesIn(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)).map(({ kind }) => kind);

test("push_tells_when_each_picture_is_shown_counted_from_the_first", () => {
  const reader = new FilmReader();
  const file = Uint8Array.from([...movie(video), ...fragment(traf(1, 5000, [40, 40, 40], [80, 160, 40]))]);

  const { timesS } = reader.push(file);

  assert.equal(reader.movie.codec, "avc1.64001f");
  assert.equal(reader.firstS, 5.08);
  assert.deepEqual(timesS.map((time) => Number(time.toFixed(3))), [0, 0.04, 0.12]);
});

test("push_gives_whole_boxes_however_the_file_is_cut", () => {
  const file = Uint8Array.from([...movie(video), ...fragment(traf(1, 0, [40], [0])), ...fragment(traf(1, 40, [40], [0]))]);
  for (const size of [1, 7, 300]) {
    const reader = new FilmReader();
    const bytes = [];
    const times = [];
    for (let at = 0; at < file.length; at += size) {
      const found = reader.push(file.subarray(at, at + size));
      bytes.push(...found.bytes);
      times.push(...found.timesS);
    }

    assert.deepEqual([bytes, times], [[...file], [0, 0.04]]);
  }
});

test("push_hides_sound_that_a_browser_may_not_know", () => {
  const reader = new FilmReader();

  const { bytes, timesS } = reader.push(Uint8Array.from([...movie(track(2, "soun", SOUND), video), ...fragment(traf(2, 0, [20], [0]), traf(1, 90, [40], [0]))]));

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [moov, moof] = boxesIn(view);
  assert.deepEqual(boxesIn(view, moov.body, moov.end).map(({ kind }) => kind), ["free", "trak", "mvex"]);
  assert.deepEqual(boxesIn(view, moof.body, moof.end).map(({ kind }) => kind), ["mfhd", "free", "traf"]);
  assert.deepEqual([timesS, reader.firstS], [[0], 0.09]);
});

test("push_names_hevc_as_a_browser_wants_it", () => {
  const reader = new FilmReader();

  reader.push(Uint8Array.from(movie(track(1, "vide", HEVC))));

  assert.equal(reader.movie.codec, "hvc1.1.6.L93.90");
});

test("push_of_a_film_without_pictures_throws", () => {
  assert.throws(() => new FilmReader().push(Uint8Array.from(movie(track(1, "soun", SOUND)))));
});

test("boxesIn_of_garbage_ends_without_looping", () => {
  assert.deepEqual(names(Uint8Array.from([0, 0, 0, 0, 1, 2, 3, 4, 5])), []);
  assert.deepEqual(names(Uint8Array.from([255, 255, 255, 255, 1, 2, 3, 4])), []);
});

function server(answers) {
  const asked = [];
  const fetch = async (_url, { headers }) => {
    asked.push(headers.Range);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { status: answer.status, arrayBuffer: async () => Uint8Array.from(answer.body ?? []).buffer, json: async () => answer.json };
  };
  return { asked, env: { fetch, wait: async () => {} } };
}

async function collect(pieces) {
  const all = [];
  for await (const piece of pieces) all.push(...piece);
  return all;
}

test("piecesOf_asks_on_where_the_server_stopped_and_again_when_it_did_not_answer", async () => {
  const { asked, env } = server([{ status: 206, body: [1, 2] }, new Error("gone"), { status: 502 }, { status: 206, body: [3] }]);
  const troubles = [];

  const all = await collect(piecesOf({ url: "/film", bytes: 3 }, { signal: new AbortController().signal, onTrouble: (is) => troubles.push(is), env }));

  assert.deepEqual([all, troubles], [[1, 2, 3], [false, true, true, false]]);
  assert.equal(asked[1].startsWith("bytes=2-"), true);
});

test("piecesOf_gives_up_on_a_refusal_with_the_server's_word", async () => {
  const { env } = server([{ status: 409, json: { error: { code: "reason_needed" } } }]);
  const asking = collect(piecesOf({ url: "/film", bytes: 3 }, { signal: new AbortController().signal, onTrouble: () => {}, env }));

  await assert.rejects(asking, (error) => error instanceof FilmRefused && error.code === "reason_needed");
});
