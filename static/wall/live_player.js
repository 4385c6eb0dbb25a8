/** Plays one camera's live pictures in a video element, and begins anew whenever playing breaks. */
import { LiveLink, arrived, chase, edgeNow, isStuck, surplus } from "./live.js";

const WATCH_MS = 250;
const MAX_WAITING = 240; // pieces that wait for a source buffer: more, and it will not come back

/** Whether this browser can play anything live at all. */
export function canPlayLive() {
  return "MediaSource" in globalThis && "requestVideoFrameCallback" in HTMLVideoElement.prototype;
}

/**
 * `onFrame({takenAt, mediaS})` is told each shown picture, with the time it was taken in server milliseconds;
 * `onDown()` that there will be none for a while, before the last one is taken away.
 */
export class LivePlayer {
  constructor({ video, url, askTicket, onFrame, onDown }) {
    Object.assign(this, { video, onFrame, onDown });
    this.link = new LiveLink({
      url, askTicket,
      onMessage: (message) => this.take(message),
      onDown: () => this.tearDown(),
    });
    this.waiting = [];
    this.shownMs = -Infinity;
    this.frameRequest = null;
    this.reset();
  }

  start() {
    this.startedMs = performance.now();
    this.watch = setInterval(() => this.look(), WATCH_MS);
    this.link.start();
  }

  stop() {
    clearInterval(this.watch);
    this.link.stop();
    this.tearDown();
  }

  take(message) {
    if (message.kind === "I") {
      this.build(message);
      return;
    }
    if (!this.source) return;
    this.pace = arrived(this.pace, { mediaS: message.mediaS, nowS: performance.now() / 1000 });
    this.epochMs = message.capturedMs - message.mediaS * 1000;
    this.waiting.push(message.payload);
    if (this.waiting.length > MAX_WAITING) this.link.restart();
    else this.feed();
  }

  /** A new stream: nothing of the old buffer can go on, so all of it is made anew. */
  build({ mime, payload }) {
    if (!MediaSource.isTypeSupported(mime)) {
      this.stop(); // H.265 in most browsers: the stills stay
      return;
    }
    if (this.source) this.tearDown();
    const source = new MediaSource();
    this.source = source;
    this.waiting = [payload];
    this.startedMs = performance.now();
    this.address = URL.createObjectURL(source);
    this.video.src = this.address;
    source.addEventListener("sourceopen", () => source === this.source && this.opened(mime), { once: true });
    this.frameRequest = this.video.requestVideoFrameCallback((_now, shown) => this.shown(source, shown));
  }

  opened(mime) {
    this.buffer = this.source.addSourceBuffer(mime);
    const buffer = this.buffer;
    buffer.addEventListener("updateend", () => buffer === this.buffer && this.fed());
    buffer.addEventListener("error", () => buffer === this.buffer && this.link.restart());
    this.feed();
  }

  feed() {
    const { buffer, waiting } = this;
    if (!buffer || buffer.updating || !waiting.length) return;
    this.waiting = [];
    try {
      buffer.appendBuffer(joined(waiting));
    } catch {
      this.link.restart(); // full, or closed by an error of the decoder: a new beginning mends both
    }
  }

  fed() {
    this.follow();
    this.feed();
  }

  /** Keep near the newest picture. */
  follow() {
    const { video, buffer, pace } = this;
    if (!buffer || buffer.updating || !pace) return;
    const ranges = spans(buffer.buffered);
    if (!ranges.length) return;
    const { seekS, rate } = chase({
      currentS: video.currentTime, edgeS: edgeNow(pace, performance.now() / 1000), ranges, jitterS: pace.jitterS,
    });
    if (seekS !== null) video.currentTime = seekS;
    if (video.playbackRate !== rate) video.playbackRate = rate;
    if (video.paused) video.play().catch(() => {}); // refused while the page is hidden; looked at again soon
    const old = surplus({ currentS: video.currentTime, ranges });
    if (old) buffer.remove(...old);
  }

  look() {
    const nowMs = performance.now();
    if (this.video.error || isStuck({ nowMs, shownMs: this.shownMs, startedMs: this.startedMs, attempt: this.link.attempt })) {
      this.startedMs = nowMs;
      this.link.restart();
    } else {
      this.follow();
    }
  }

  shown(source, { mediaTime }) {
    if (source !== this.source) return;
    this.shownMs = performance.now();
    this.link.succeeded();
    this.onFrame({ takenAt: this.epochMs + mediaTime * 1000, mediaS: mediaTime });
    this.frameRequest = this.video.requestVideoFrameCallback((_now, next) => this.shown(source, next));
  }

  tearDown() {
    if (!this.source) return;
    this.onDown();
    this.reset();
    if (this.frameRequest !== null) this.video.cancelVideoFrameCallback(this.frameRequest);
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.address);
  }

  reset() {
    this.source = null;
    this.buffer = null;
    this.waiting = [];
    this.epochMs = 0;
    this.pace = null;
  }
}

function spans(ranges) {
  return Array.from({ length: ranges.length }, (_, at) => [ranges.start(at), ranges.end(at)]);
}

function joined(pieces) {
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
