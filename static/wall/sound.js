/**
 * Sounds. P1: three rising tones, again each 5 s until somebody answers on any screen. P2: two notes once.
 * Trouble band: one low double tone, again each 60 s. P3, P4, tests and drills make none.
 */

export const P1_EVERY_MS = 5000;
export const TROUBLE_EVERY_MS = 60_000;
export const CAP = 10;
const CAP_MS = 600_000;

export function newMemory() {
  return { known: null, history: [], p1At: -Infinity, troubleAt: -Infinity, kinds: new Set() };
}

/**
 * The sound due now: "p1", "p2", "trouble" or null; `memory` is changed to match.
 * Ten sounds in ten minutes, those of a P1 counted; only an unanswered P1 may exceed them, for it must never fall
 * silent. In a flood each kind of alert sounds once.
 */
export function due(memory, { alerts, isTrouble, isFlood = false, nowMs }) {
  const heard = Object.values(alerts).filter((alert) => alert.state === "WAITING" && !alert.details?.test);
  if (!isFlood) memory.kinds.clear();
  const isNewP2 = noteP2(memory, heard, isFlood);
  if (heard.some((alert) => alert.priority === 1)) {
    if (nowMs - memory.p1At < P1_EVERY_MS) return null;
    memory.p1At = nowMs;
    memory.history.push(nowMs);
    return "p1";
  }
  memory.p1At = -Infinity;
  if (isTrouble && nowMs - memory.troubleAt >= TROUBLE_EVERY_MS && hasRoom(memory, nowMs)) {
    memory.troubleAt = nowMs;
    return "trouble";
  }
  if (!isTrouble) memory.troubleAt = -Infinity;
  return isNewP2 && hasRoom(memory, nowMs) ? "p2" : null;
}

/** True when a P2 waits that was not known; those already there when the screen opened are no news. */
function noteP2(memory, heard, isFlood) {
  const urgent = heard.filter((alert) => alert.priority === 2);
  const news = memory.known === null ? [] : urgent.filter(({ id, kind }) => !memory.known.has(id) && !memory.kinds.has(kind));
  memory.known = new Set([...(memory.known ?? []), ...urgent.map(({ id }) => id)]);
  if (isFlood) news.forEach(({ kind }) => memory.kinds.add(kind));
  return news.length > 0;
}

/** Sounds of the last ten minutes. */
export function soundsUsed(memory, nowMs) {
  return memory.history.filter((at) => at > nowMs - CAP_MS).length;
}

function hasRoom(memory, nowMs) {
  memory.history = memory.history.filter((at) => at > nowMs - CAP_MS);
  if (memory.history.length >= CAP) return false;
  memory.history.push(nowMs);
  return true;
}

/** [start s, length s, Hz] of each note. Between 500 and 1600 Hz, where a tired ear and a cheap speaker agree. */
const TUNES = {
  p1: [[0, 0.18, 660], [0.22, 0.18, 880], [0.44, 0.3, 1175]],
  p2: [[0, 0.16, 784], [0.2, 0.26, 659]],
  trouble: [[0, 0.3, 220], [0.42, 0.3, 220]],
};
/** Three levels; the lowest is still a sound, so P1 can be lowered but never muted. */
const LEVELS = [0.06, 0.15, 0.3];

export function createPlayer() {
  let context = null;
  let level = 1;
  let isOurs = true;
  claim((ours) => { isOurs = ours; });

  return {
    isLocked: () => context?.state !== "running",
    /** A browser lets a page sound only after a key or a click; both come here. */
    unlock() {
      context ??= new AudioContext();
      if (context.state === "suspended") context.resume();
    },
    play(name) {
      if (!isOurs || context?.state !== "running") return;
      TUNES[name].forEach((note) => sing(context, LEVELS[level], note));
    },
    quieter: () => { level = Math.max(0, level - 1); },
    louder: () => { level = Math.min(LEVELS.length - 1, level + 1); },
  };
}

/** One player per computer: of several wall windows only the one that holds the lock sounds. */
function claim(tell) {
  if (!navigator.locks) return;
  tell(false);
  navigator.locks.request("ccoc-wall-sound", () => {
    tell(true);
    return new Promise(() => {});
  });
}

function sing(context, loudness, [start, length, hertz]) {
  const begin = context.currentTime + start;
  const tone = context.createOscillator();
  const gain = context.createGain();
  tone.type = "triangle";
  tone.frequency.value = hertz;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(loudness, begin + 0.02);
  gain.gain.setValueAtTime(loudness, begin + length - 0.05);
  gain.gain.linearRampToValueAtTime(0, begin + length);
  tone.connect(gain).connect(context.destination);
  tone.start(begin);
  tone.stop(begin + length);
}
