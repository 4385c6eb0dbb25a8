/**
 * Live pictures of one camera: the socket that brings them, and every decision about playing them.
 * What touches MediaSource is in live_player.js. Times of the media are seconds, of the clock milliseconds.
 */

export const MAX_OPEN = 4;
export const STUCK_MS = 5000;
export const SHOWING_MS = 2000;
const HEAD_BYTES = 17;
const NEAR_S = 0.06; // behind the newest picture at least: less, and any late packet is a stutter
const FARTHEST_AIM_S = 0.8;
const JITTERS = 3; // so many times their usual lateness pictures may be late without a stutter
const STEP = 0.05; // of speed: each change costs the browser work
const FAR_S = 1.5; // further than this is no chase any more but a jump
const CALM_S = 0.04;
const SLOWEST = 0.97;
const FASTEST = 1.15;
const KEEP_S = 10;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 2000;
const REFUSED_WAIT_MS = 15_000;
const FORBIDDEN = 4403;

/** Kind, times and payload of a message; an init segment ("I") also says what it must be played as. */
export function parseMessage(buffer) {
  const view = new DataView(buffer);
  const kind = String.fromCharCode(view.getUint8(0));
  const message = { kind, capturedMs: view.getFloat64(1), mediaS: view.getFloat64(9) };
  if (kind !== "I") return { ...message, payload: new Uint8Array(buffer, HEAD_BYTES) };
  const size = view.getUint16(HEAD_BYTES);
  const told = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEAD_BYTES + 2, size)));
  return { ...message, ...told, payload: new Uint8Array(buffer, HEAD_BYTES + 2 + size) };
}

/** How far behind the newest picture a player should be, by how unevenly the pictures arrive. */
export function aimS(jitterS) {
  return Math.min(FARTHEST_AIM_S, NEAR_S + JITTERS * jitterS);
}

/**
 * What is known of the arrivals after one more picture: the newest picture's place, when it came (seconds of
 * this computer's clock), the usual way between two, and how much later or earlier than that they come.
 */
export function arrived(pace, { mediaS, nowS }) {
  if (pace === null || mediaS <= pace.edgeS || mediaS - pace.edgeS > FAR_S) {
    const edgeS = Math.max(mediaS, pace?.edgeS ?? 0);
    return { edgeS, atS: nowS, intervalS: pace?.intervalS ?? 0.1, jitterS: pace?.jitterS ?? NEAR_S / JITTERS };
  }
  const stepS = mediaS - pace.edgeS;
  const lateS = Math.abs(nowS - pace.atS - stepS);
  return {
    edgeS: mediaS,
    atS: nowS,
    intervalS: pace.intervalS + (stepS - pace.intervalS) / 8,
    jitterS: pace.jitterS + (lateS - pace.jitterS) / 16,
  };
}

/** Where the newest picture would be now if pictures came without a break. */
export function edgeNow(pace, nowS) {
  return pace.edgeS + Math.min(pace.intervalS, Math.max(0, nowS - pace.atS));
}

/**
 * Where to jump to, if anywhere, and how fast to play. `ranges` are the buffered spans, `edgeS` the newest
 * picture's place: a player that stands before a hole never crosses it by itself.
 */
export function chase({ currentS, edgeS, ranges, jitterS }) {
  const last = ranges.at(-1);
  if (!last) return { seekS: null, rate: 1 };
  const target = Math.max(last[0], Math.min(edgeS - aimS(jitterS), last[1]));
  const lagS = edgeS - currentS;
  const isAstray = currentS < last[0] - CALM_S || lagS > FAR_S || lagS < -1;
  if (isAstray) return { seekS: target, rate: 1 };
  const errorS = lagS - aimS(jitterS);
  if (errorS < -CALM_S) return { seekS: null, rate: SLOWEST };
  const faster = errorS > CALM_S ? STEP * Math.ceil((errorS * 0.4) / STEP) : 0;
  return { seekS: null, rate: Math.min(FASTEST, 1 + faster) };
}

/** The span to throw away, null while what lies behind the shown picture is short. */
export function surplus({ currentS, ranges }) {
  const first = ranges[0];
  return first && currentS - first[0] > 2 * KEEP_S ? [first[0], currentS - KEEP_S] : null;
}

/**
 * No picture was shown for so long that only a new beginning helps. `attempt` beginnings that showed nothing make
 * it more patient: many tiles that begin at once on a slow computer must not begin for ever.
 */
export function isStuck({ nowMs, shownMs, startedMs, attempt = 0 }) {
  return nowMs - Math.max(shownMs, startedMs) > STUCK_MS * 2 ** Math.min(attempt, 2);
}

/** Wait before try number `attempt` (1, 2, …): short, for a tile must be back within seconds, and never in step. */
export function backOffMs(attempt, random) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return full / 2 + random() * (full / 2);
}

/** Which tiles hold a live picture: those that are on screen, the first `most` of them. */
export function chooseOpen(tiles, { isPageShown, most = MAX_OPEN }) {
  const wanted = isPageShown ? tiles.filter((tile) => tile.code && tile.isOnScreen) : [];
  return new Set(wanted.slice(0, most));
}

/** Whether a picture is too old to pass for live, or clearly older than one that was shown before. */
export function isOldNews({ nowMs, takenAt, knownAt }) {
  return nowMs - takenAt > STUCK_MS || (knownAt ?? -Infinity) - takenAt > SHOWING_MS;
}

/** What a tile may say of its picture: `live` with its lag, `still` with its age, or `none`. */
export function pictureState({ nowMs, takenAt, shownAgoMs }) {
  if (takenAt === null) return { name: "none", age_s: null };
  const age_s = Math.max(0, (nowMs - takenAt) / 1000);
  const isLive = shownAgoMs !== null && shownAgoMs <= SHOWING_MS && age_s * 1000 <= STUCK_MS;
  return { name: isLive ? "live" : "still", age_s };
}

const BROWSER = {
  open: (url) => new WebSocket(url),
  random: Math.random,
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (id) => clearTimeout(id),
};

/**
 * The socket of one camera's pictures, opened with a fresh ticket each time and opened again whatever ends it.
 * `askTicket()` answers {ok, data: {ticket}}; `onMessage(message)` gets parsed messages, `onDown()` each end.
 */
export class LiveLink {
  constructor({ url, askTicket, onMessage, onDown, env = BROWSER }) {
    Object.assign(this, { url, askTicket, onMessage, onDown, env });
    this.attempt = 0;
    this.socket = null;
    this.timer = null;
    this.isStopped = false;
  }

  async start() {
    const turn = this.nextTurn();
    const answer = await this.askTicket();
    if (this.isStopped || turn !== this.turn) return;
    if (!answer.ok) {
      this.again(answer.error.code === "unreachable" ? null : REFUSED_WAIT_MS);
      return;
    }
    const socket = this.env.open(this.url);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ ticket: answer.data.ticket }));
    socket.onmessage = ({ data }) => socket === this.socket && this.onMessage(parseMessage(data));
    socket.onclose = ({ code }) => socket === this.socket && this.again(code === FORBIDDEN ? REFUSED_WAIT_MS : null);
  }

  /** What was begun before this is not gone on with. */
  nextTurn() {
    this.turn = (this.turn ?? 0) + 1;
    return this.turn;
  }

  /** Begin anew: the player is stuck, or its buffer is broken. */
  restart() {
    if (!this.isStopped) this.again(null);
  }

  /** A picture was shown, so the next failure is a first one. */
  succeeded() {
    this.attempt = 0;
  }

  stop() {
    this.isStopped = true;
    this.env.clearTimeout(this.timer);
    this.drop();
  }

  again(waitMs) {
    this.nextTurn();
    this.drop();
    this.onDown();
    this.attempt += 1;
    this.env.clearTimeout(this.timer);
    this.timer = this.env.setTimeout(() => this.start(), waitMs ?? backOffMs(this.attempt, this.env.random));
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
