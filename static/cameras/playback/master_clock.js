/**
 * One clock for all cameras of a playback, and how each video is kept on it: by a little more or less speed while
 * it is near, by a jump when it is not. Film times in ms since 1970, media times in s.
 */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const CALM_S = 0.008; // a fifth of a picture at 25 a second: nobody sees it, and each change of speed costs work
const FAR_S = 0.3; // of real time: further is no trim any more
const MOST = 0.25; // of speed: a start that came two pictures late is made good within a third of a second
const GAIN = 4; // an error is gone after a quarter of a second
const SLOWEST = 0.0625; // what browsers play
const FASTEST = 16;

export class MasterClock {
  constructor(nowMs = () => performance.now()) {
    this.nowMs = nowMs;
    this.filmMs = 0;
    this.sinceMs = nowMs();
    this.speed = 1;
    this.direction = 1;
    this.isPlaying = false;
    this.isHeld = false;
  }

  /** Film time per real time: negative backwards, 0 while it stands. */
  rate() {
    return this.isPlaying && !this.isHeld ? this.speed * this.direction : 0;
  }

  at() {
    return this.filmMs + (this.nowMs() - this.sinceMs) * this.rate();
  }

  seek(ms) {
    this.filmMs = ms;
    this.sinceMs = this.nowMs();
  }

  /** Change how it runs without a jump: `isPlaying`, `isHeld` (a camera is not ready), `speed`, `direction`. */
  set(parts) {
    this.seek(this.at());
    Object.assign(this, parts);
  }
}

/** What to do with a video that stands at `currentS` and should be at `targetS` while film runs at `rate`. */
export function steer({ currentS, targetS, rate }) {
  const errorS = targetS - currentS;
  if (Math.abs(errorS) > FAR_S * Math.max(1, rate)) return { seekS: targetS, rate };
  if (Math.abs(errorS) <= CALM_S * Math.max(1, rate)) return { seekS: null, rate };
  const most = MOST * Math.max(1, rate);
  const trim = Math.max(-most, Math.min(most, errorS * GAIN));
  return { seekS: null, rate: Math.min(FASTEST, Math.max(SLOWEST, rate + trim)) };
}

/** The speed `step` places further on the list. */
export function nextSpeed(speed, step) {
  const at = SPEEDS.indexOf(speed) + step;
  return SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))];
}

/** J, K, L: the same again doubles the speed, the other way begins at once, K stands. */
export function shuttle({ isPlaying, direction, speed }, key) {
  if (key === "KeyK") return { isPlaying: false };
  const wanted = key === "KeyJ" ? -1 : 1;
  if (!isPlaying || direction !== wanted) return { isPlaying: true, direction: wanted, speed: 1 };
  return { speed: nextSpeed(Math.max(1, speed), 1) };
}
