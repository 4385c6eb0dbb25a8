/** Shows one camera's film at the moment of the master clock: fetches, keeps and throws away segments by itself. */
import { FilmReader } from "./film_boxes.js";
import { piecesOf } from "./film_source.js";
import { steer } from "./master_clock.js";
import { gapAt, segmentAfter, segmentAt } from "./spans.js";

const AHEAD_S = 20; // of real time: film that far ahead is fetched before it is needed
const BEHIND_MS = 45_000; // kept for a look back
const KEPT_AHEAD_MS = 180_000;
const LEAD_MS = 60_000; // the media time line begins so long before the first moment, for a way back
const EXACT_S = 0.002; // a standing picture is right within this
const LEAST_S = 0.3; // of film after the moment, before showing begins
const SEAM_S = 0.6; // between two segments, as the server joins them
const HAVE_CURRENT = 2; // HTMLMediaElement.HAVE_CURRENT_DATA

/** `onRefused(code)`: the server will not give this film. */
export class FilmPlayer {
  constructor({ video, onRefused }) {
    Object.assign(this, { video, onRefused });
    this.segments = [];
    this.gaps = [];
    this.isUnreachable = false;
    this.reset();
  }

  /** Other film: another camera or another day. */
  load({ segments, gaps }) {
    this.close();
    Object.assign(this, { segments, gaps });
  }

  /** More of the same film: what was fetched stays. */
  extend({ segments, gaps }) {
    Object.assign(this, { segments, gaps });
  }

  close() {
    this.abort?.abort();
    if (this.address) {
      this.video.removeAttribute("src");
      this.video.load();
      URL.revokeObjectURL(this.address);
    }
    this.reset();
  }

  reset() {
    this.abort = null;
    this.address = null;
    this.source = null;
    this.buffer = null;
    this.loaded = new Map(); // segment id -> {timesMs of its pictures, isWhole}
    this.refused = new Map(); // segment id -> code
    this.isFetching = false;
    this.originMs = null;
    this.mime = "";
  }

  /**
   * Be at `ms` while film runs at `rate` (0: stand). Returns {name, reason}: `ready`, `loading`, `gap` (nothing was
   * recorded), or `refused` (it cannot be shown).
   */
  follow(ms, rate) {
    const segment = segmentAt(this.segments, ms);
    this.fetchAround(ms, segment, rate);
    if (!segment) return this.stand("gap", gapAt(this.gaps, ms)?.reason ?? "");
    if (this.refused.has(segment.id)) return this.stand("refused", this.refused.get(segment.id));
    const spotS = this.spotOf(ms, segment);
    if (spotS === null) return this.stand("loading", "");
    this.steer(spotS, rate);
    const isReady = this.video.readyState >= HAVE_CURRENT && !this.video.seeking;
    return { name: isReady ? "ready" : "loading", reason: "" };
  }

  stand(name, reason) {
    if (!this.video.paused) this.video.pause();
    return { name, reason };
  }

  mediaS(ms) {
    return (ms - this.originMs) / 1000;
  }

  /** Where on the media time line `ms` is, in a seam the picture beside it; null while it is not here. */
  spotOf(ms, segment) {
    const film = this.loaded.get(segment.id);
    if (!film || !this.buffer) return null;
    const spotS = this.mediaS(ms);
    const ranges = spans(this.buffer.buffered);
    const lead = film.isWhole ? EXACT_S : LEAST_S;
    if (ranges.some(([from, to]) => from <= spotS && spotS + lead < to)) return spotS;
    const near = ranges.map(([from, to]) => Math.min(Math.max(spotS, from), to - 2 * EXACT_S)).find((placeS) => Math.abs(placeS - spotS) < SEAM_S);
    if (near !== undefined && (film.isWhole || near > spotS)) return near;
    if (film.isWhole) this.loaded.delete(segment.id); // the browser threw it away to make room
    return null;
  }

  steer(targetS, rate) {
    const { video } = this;
    if (rate > 0) {
      const wanted = steer({ currentS: video.currentTime, targetS, rate });
      if (wanted.seekS !== null && !video.seeking) video.currentTime = wanted.seekS;
      if (video.playbackRate !== wanted.rate) video.playbackRate = wanted.rate;
      if (video.paused) video.play().catch(() => {}); // refused while the page is hidden; asked again soon
      return;
    }
    if (!video.paused) video.pause();
    if (!video.seeking && Math.abs(video.currentTime - targetS) > EXACT_S) video.currentTime = targetS;
  }

  fetchAround(ms, segment, rate) {
    if (this.isFetching) {
      if (segment && this.fetching !== segment && !this.loaded.has(segment.id) && !this.refused.has(segment.id)) this.abort.abort();
      return;
    }
    const aheadMs = AHEAD_S * 1000 * Math.max(1, Math.abs(rate));
    const next = rate < 0 ? segmentAt(this.segments, ms - Math.min(aheadMs, BEHIND_MS)) : this.nextOf(ms, segment, aheadMs);
    const wanted = [segment, next].find((one) => one && !this.loaded.has(one.id) && !this.refused.has(one.id));
    if (wanted) this.fetch(wanted, ms);
  }

  nextOf(ms, segment, aheadMs) {
    const next = segmentAfter(this.segments, segment?.beginMs ?? ms);
    return next && next.beginMs - ms < aheadMs ? next : null;
  }

  async fetch(segment, ms) {
    const abort = new AbortController();
    Object.assign(this, { abort, isFetching: true, fetching: segment });
    try {
      await this.append(segment, ms, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.refuse(segment, error.code ?? "broken");
    } finally {
      if (this.abort === abort) this.isFetching = false;
      if (abort.signal.aborted) this.loaded.delete(segment.id);
    }
  }

  refuse(segment, code) {
    this.loaded.delete(segment.id);
    this.refused.set(segment.id, code);
    this.onRefused(code);
  }

  /** A reason was given: what was refused for want of it is asked for again. */
  retry() {
    this.refused.clear();
  }

  async append(segment, ms, signal) {
    const reader = new FilmReader();
    const film = { timesMs: [], isWhole: false };
    const onTrouble = (isUnreachable) => { this.isUnreachable = isUnreachable; };
    let waiting = []; // until it is known when the first picture is shown
    for await (const piece of piecesOf(segment, { signal, onTrouble })) {
      const { bytes, timesS } = reader.push(piece);
      film.timesMs.push(...timesS.map((timeS) => segment.beginMs + timeS * 1000));
      if (bytes.length) waiting.push(bytes);
      if (reader.firstS === null) continue;
      if (!this.loaded.has(segment.id)) await this.place(segment, reader, ms);
      await this.give(waiting, signal);
      waiting = [];
      if (signal.aborted) return;
      this.loaded.set(segment.id, film);
    }
    film.isWhole = !signal.aborted;
    if (film.isWhole) await this.forget(ms);
  }

  /** Put what follows where its first picture belongs on the media time line. */
  async place(segment, reader, ms) {
    const mime = `video/mp4; codecs="${reader.movie.codec}"`;
    if (!MediaSource.isTypeSupported(mime)) throw Object.assign(new Error(mime), { code: "codec" });
    if (!this.source) await this.open(mime, Math.min(segment.beginMs, ms) - LEAD_MS);
    this.buffer.abort(); // half a fragment of a fetch that was given up
    if (mime !== this.mime) this.buffer.changeType(mime);
    this.mime = mime;
    this.buffer.timestampOffset = this.mediaS(segment.beginMs) - reader.firstS;
  }

  async open(mime, originMs) {
    this.originMs = originMs;
    this.source = new MediaSource();
    this.address = URL.createObjectURL(this.source);
    this.video.src = this.address;
    await once(this.source, "sourceopen");
    this.video.dataset.originMs = String(originMs);
    this.source.duration = 200_000; // more than two days: seeking never meets its end
    this.mime = mime;
    this.buffer = this.source.addSourceBuffer(mime);
  }

  async give(pieces, signal) {
    for (const bytes of pieces) {
      if (signal.aborted) return;
      const { buffer } = this;
      buffer.appendBuffer(bytes);
      await once(buffer, "updateend");
      if (this.video.error) throw Object.assign(new Error("film"), { code: "broken" });
    }
  }

  /** Film that is far from `ms` goes, so that an evening of playback fits into the browser's memory. */
  async forget(ms) {
    const [fromMs, toMs] = [ms - BEHIND_MS, ms + KEPT_AHEAD_MS];
    for (const segment of this.segments.filter(({ id }) => this.loaded.has(id))) {
      if (segment.endMs >= fromMs && segment.beginMs <= toMs) continue;
      this.loaded.delete(segment.id);
      const [beginS, endS] = [Math.max(0, this.mediaS(segment.beginMs)), this.mediaS(segment.endMs)];
      if (endS <= beginS || !this.buffer) continue;
      this.buffer.remove(beginS, endS);
      await once(this.buffer, "updateend");
    }
  }

  /** The moment that the video stands at. */
  shownMs() {
    return this.originMs + this.video.currentTime * 1000;
  }

  /** When the picture after (`step` 1) or before (-1) that of `ms` is shown; null where it is not known. */
  beside(ms, step) {
    const all = this.segments.filter(({ id }) => this.loaded.has(id)).flatMap(({ id }) => this.loaded.get(id).timesMs);
    if (step > 0) return all.find((timeMs) => timeMs > ms + 1) ?? null;
    const here = all.findLastIndex((timeMs) => timeMs <= ms + 1);
    return all[here - 1] ?? null;
  }
}

function spans(ranges) {
  return Array.from({ length: ranges.length }, (_, at) => [ranges.start(at), ranges.end(at)]);
}

function once(target, name) {
  return new Promise((resolve) => { target.addEventListener(name, resolve, { once: true }); });
}
