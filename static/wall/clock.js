/**
 * One clock for the whole screen: the server's, carried between its messages by this computer's own.
 *
 * A message is never early, so of the last dozen readings the one that came quickest is nearest the truth.
 */

const READINGS = 12;

export function createClock(localNow = () => Date.now()) {
  const readings = [];
  let behind = 0;

  return {
    /** Server time in ms since 1970. */
    now: () => localNow() - behind,
    /** Learn from a server timestamp (ISO text) received just now. */
    hear(at) {
      const lag = localNow() - Date.parse(at);
      if (Number.isNaN(lag)) return;
      readings.push(lag);
      if (readings.length > READINGS) readings.shift();
      behind = Math.min(...readings);
    },
  };
}

/** Run `tick` just after each full second of `clock`, so that digits change together with the time shown. */
export function everySecond(clock, tick) {
  const step = () => {
    tick();
    setTimeout(step, 1000 - (clock.now() % 1000) + 5);
  };
  step();
}
