/**
 * What a player must know of a file of fragmented MP4 (ISO/IEC 14496-12): how it is played, and when each of its
 * pictures is shown. Sound is left out: playback is for looking, and a browser may not know the camera's codec.
 */

const FREE = [0x66, 0x72, 0x65, 0x65]; // "free": a box of that name is skipped by every reader

function kindAt(view, at) {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

/** Whole boxes of `view` from `from` to `to`: [{kind, start, body, end}]. A box that is cut off ends the list. */
export function boxesIn(view, from = 0, to = view.byteLength) {
  const found = [];
  let at = from;
  while (at + 8 <= to) {
    const size = view.getUint32(at);
    if (size < 8 || at + size > to) break;
    found.push({ kind: kindAt(view, at + 4), start: at, body: at + 8, end: at + size });
    at += size;
  }
  return found;
}

function inside(view, box, kind, skip = 0) {
  return boxesIn(view, box.body + skip, box.end).find((inner) => inner.kind === kind);
}

function hide(view, box) {
  FREE.forEach((byte, index) => view.setUint8(box.start + 4 + index, byte));
}

/** {trackId, timescale, codec} of the video track of a `moov`; every other track is hidden in place. */
export function readMovie(view, moov) {
  let video = null;
  for (const track of boxesIn(view, moov.body, moov.end).filter(({ kind }) => kind === "trak")) {
    const media = inside(view, track, "mdia");
    const isVideo = kindAt(view, inside(view, media, "hdlr").body + 8) === "vide";
    if (isVideo && !video) video = { trackId: trackIdOf(view, track), ...mediaOf(view, media) };
    else hide(view, track);
  }
  if (!video) throw new Error("no picture in this film");
  hideOtherTracks(view, moov, video.trackId);
  return video;
}

function trackIdOf(view, track) {
  const header = inside(view, track, "tkhd");
  return view.getUint32(header.body + (view.getUint8(header.body) === 1 ? 20 : 12));
}

function mediaOf(view, media) {
  const header = inside(view, media, "mdhd");
  const timescale = view.getUint32(header.body + (view.getUint8(header.body) === 1 ? 20 : 12));
  const table = inside(view, inside(view, media, "minf"), "stbl");
  const [entry] = boxesIn(view, inside(view, table, "stsd").body + 8, table.end);
  return { timescale, codec: codecOf(view, entry) };
}

function hideOtherTracks(view, moov, trackId) {
  const extended = inside(view, moov, "mvex");
  if (!extended) return;
  const others = boxesIn(view, extended.body, extended.end).filter(({ kind, body }) => kind === "trex" && view.getUint32(body + 4) !== trackId);
  others.forEach((box) => hide(view, box));
}

const hex = (byte) => byte.toString(16).padStart(2, "0");

/** The name of a codec as RFC 6381 writes it: what `MediaSource.isTypeSupported` wants to hear. */
function codecOf(view, entry) {
  const record = inside(view, entry, entry.kind === "avc1" ? "avcC" : "hvcC", 78);
  if (!record) return entry.kind;
  const at = record.body;
  if (entry.kind === "avc1") return `avc1.${[1, 2, 3].map((step) => hex(view.getUint8(at + step))).join("")}`;
  const flags = [...view.getUint32(at + 2).toString(2).padStart(32, "0")].reverse().join("");
  const space = ["", "A", "B", "C"][view.getUint8(at + 1) >> 6];
  const tier = view.getUint8(at + 1) & 0x20 ? "H" : "L";
  return `${entry.kind}.${space}${view.getUint8(at + 1) & 0x1f}.${Number.parseInt(flags, 2).toString(16)}.${tier}${view.getUint8(at + 12)}.${hex(view.getUint8(at + 6))}`;
}

/** When each picture of a `moof` is shown, in seconds of its track; other tracks are hidden in place. */
export function readFragment(view, moof, { trackId, timescale }) {
  const times = [];
  for (const traf of boxesIn(view, moof.body, moof.end).filter(({ kind }) => kind === "traf")) {
    const header = inside(view, traf, "tfhd");
    if (view.getUint32(header.body + 4) !== trackId) hide(view, traf);
    else times.push(...timesOf(view, traf, defaultDuration(view, header)).map((ticks) => ticks / timescale));
  }
  return times.sort((one, other) => one - other);
}

function flagsOf(view, box) {
  return view.getUint32(box.body) & 0xffffff;
}

function defaultDuration(view, header) {
  const flags = flagsOf(view, header);
  if (!(flags & 0x8)) return 0;
  return view.getUint32(header.body + 8 + (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0));
}

function timesOf(view, traf, duration) {
  const clock = inside(view, traf, "tfdt");
  let decode = view.getUint8(clock.body) === 1 ? Number(view.getBigUint64(clock.body + 4)) : view.getUint32(clock.body + 4);
  const times = [];
  for (const run of boxesIn(view, traf.body, traf.end).filter(({ kind }) => kind === "trun")) {
    const flags = flagsOf(view, run);
    let at = run.body + 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0);
    for (let left = view.getUint32(run.body + 4); left > 0; left -= 1) {
      const lasts = flags & 0x100 ? view.getUint32(at) : duration;
      at += [0x100, 0x200, 0x400].reduce((sum, flag) => sum + (flags & flag ? 4 : 0), 0);
      times.push(decode + (flags & 0x800 ? view.getInt32(at) : 0));
      at += flags & 0x800 ? 4 : 0;
      decode += lasts;
    }
  }
  return times;
}

/** Takes a file piece by piece and gives what can be appended: whole boxes, and what they say. */
export class FilmReader {
  constructor() {
    this.rest = new Uint8Array();
    this.movie = null;
    this.firstS = null;
  }

  /** `{bytes, timesS}`: boxes that are complete now, and when their pictures are shown, from 0 at the first. */
  push(piece) {
    const all = new Uint8Array(this.rest.length + piece.length);
    all.set(this.rest);
    all.set(piece, this.rest.length);
    const view = new DataView(all.buffer);
    const boxes = boxesIn(view);
    const timesS = boxes.flatMap((box) => this.look(view, box));
    const end = boxes.at(-1)?.end ?? 0;
    this.rest = all.slice(end);
    return { bytes: all.subarray(0, end), timesS: timesS.map((timeS) => timeS - this.firstS) };
  }

  look(view, box) {
    if (box.kind === "moov") this.movie = readMovie(view, box);
    if (box.kind !== "moof" || !this.movie) return [];
    const timesS = readFragment(view, box, this.movie);
    this.firstS ??= timesS[0] ?? null;
    return timesS;
  }
}
