/**
 * The link to the server: events in order, none lost, none twice, healed without a reload.
 *
 * The socket asks for everything after the last seq it applied. While it is down the same events come by
 * polling. The server sends a beat each second, so silence means trouble whatever the socket claims: after
 * 3 s the screen doubts itself, after 5 s the socket is dropped, after 10 s the link is called lost.
 */

export const LATE_MS = 3000;
export const DROP_MS = 5000;
export const LOST_MS = 10_000;
const WATCH_MS = 250;
const POLL_MS = 2000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;

/** Wait before try number `attempt` (1, 2, …): doubling, half of it by chance so that walls do not march in step. */
export function backOffMs(attempt, random) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return full / 2 + random() * (full / 2);
}

const BROWSER = {
  open: (url) => new WebSocket(url),
  now: () => performance.now(),
  random: Math.random,
  setTimeout: (run, ms) => setTimeout(run, ms),
  clearTimeout: (id) => clearTimeout(id),
};

/**
 * `store` answers seq(), hasGap(), apply(event), caughtUp(seq), replace(snapshot, {isReset}).
 * `onBeat(at)` is told every server clock reading, `onStatus(status)` each change and each watch tick of trouble.
 */
export class EventLink {
  constructor({ url, api, store, onBeat, onStatus, env = BROWSER }) {
    Object.assign(this, { url, api, store, onBeat, onStatus, env });
    this.socket = null;
    this.attempt = 0;
    this.isFilling = false;
    this.isReady = false;
    this.isRefused = false;
    this.timers = {};
  }

  async start() {
    this.heardAt = this.env.now();
    this.watch();
    await this.begin(false);
  }

  stop() {
    this.isStopped = true;
    Object.values(this.timers).forEach((id) => this.env.clearTimeout(id));
    this.dropSocket();
  }

  status() {
    const silence_ms = this.env.now() - this.heardAt;
    const level = silence_ms > LOST_MS ? "lost" : silence_ms > LATE_MS ? "late" : "live";
    return { level, silence_ms, attempt: this.attempt, isRefused: this.isRefused, isReady: this.isReady };
  }

  /** Take a snapshot, then open the socket. After a reset the snapshot replaces all, even a higher seq. */
  async begin(isReset) {
    this.dropSocket();
    try {
      this.store.replace(await this.api.snapshot(), { isReset });
      this.isReady = true;
      this.heard();
      this.connect();
    } catch (error) {
      this.noteRefusal(error);
      this.again("retry", () => this.begin(isReset));
    }
  }

  connect() {
    if (this.isStopped) return;
    const socket = this.env.open(this.url(this.store.seq()));
    this.socket = socket;
    this.openedAt = this.env.now();
    socket.onmessage = (message) => socket === this.socket && this.take(JSON.parse(message.data));
    socket.onclose = () => socket === this.socket && this.closed();
  }

  take(message) {
    this.heard();
    this.attempt = 0;
    this.stopPolling();
    if (message.type === "hello" && message.reset) {
      this.begin(true);
    } else if (message.type === "event") {
      this.onBeat(message.at);
      this.store.apply(message);
      if (this.store.hasGap()) this.fill();
    } else if (message.type === "beat") {
      this.onBeat(message.at);
      this.checkBeat(message.seq);
    }
  }

  /** A beat ahead of us twice running: an event was lost on the way without leaving a gap behind it. */
  checkBeat(seq) {
    const isBehind = seq > this.store.seq();
    if (isBehind && this.wasBehind) this.fill();
    this.wasBehind = isBehind;
  }

  async fill() {
    if (this.isFilling) return;
    this.isFilling = true;
    try {
      const answer = await this.api.eventsAfter(this.store.seq());
      if (this.isStopped) return;
      this.heard();
      if (answer.reset) await this.begin(true);
      else this.takeBatch(answer);
    } catch (error) {
      this.noteRefusal(error);
    } finally {
      this.isFilling = false;
    }
  }

  takeBatch(answer) {
    answer.events.forEach((event) => this.store.apply(event));
    this.store.caughtUp(answer.seq);
  }

  closed() {
    this.dropSocket();
    this.again("retry", () => this.connect());
    this.poll();
  }

  /** Poll until a socket speaks again. A poll already due is not put off by the next failed try. */
  poll() {
    if (this.isPolling) return;
    this.isPolling = true;
    this.later("poll", POLL_MS, async () => {
      await this.fill();
      this.isPolling = false;
      this.poll();
    });
  }

  stopPolling() {
    this.isPolling = false;
    this.later("poll", null);
  }

  again(name, run) {
    this.attempt += 1;
    this.later(name, backOffMs(this.attempt, this.env.random), run);
  }

  /** One timer per name; a new one replaces the old, `null` only clears it. */
  later(name, ms, run) {
    this.env.clearTimeout(this.timers[name]);
    if (ms === null || this.isStopped) return;
    this.timers[name] = this.env.setTimeout(run, ms);
  }

  watch() {
    const silence = this.env.now() - Math.max(this.heardAt, this.openedAt ?? 0);
    if (this.socket && silence > DROP_MS) this.closed();
    this.onStatus(this.status());
    this.later("watch", WATCH_MS, () => this.watch());
  }

  heard() {
    this.heardAt = this.env.now();
    this.isRefused = false;
  }

  noteRefusal(error) {
    this.isRefused = error.status === 401 || error.status === 403;
  }

  dropSocket() {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
