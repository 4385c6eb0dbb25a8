/**
 * What the wall knows: one plain object, changed only by these pure functions.
 *
 * An event carries the full representation of one thing, so applying it is an upsert and applying it twice
 * changes nothing. `seq` is the last event applied in unbroken order; an event whose `prev` lies beyond it
 * waits in `held` until the missing ones have come, so nothing is shown out of order and nothing is skipped.
 */

/** Event name -> [collection, key]. A name not listed moves `seq` on and touches nothing. */
const COLLECTIONS = {
  "alerts.changed": ["alerts", "id"],
  "cameras.changed": ["cameras", "code"],
  "sos.changed": ["sos", "code"],
  "units.changed": ["units", "code"],
  "incidents.changed": ["incidents", "id"],
};

/** A closed alert stays on the rail this long; the snapshot serves the same minute. */
const CLOSED_STAYS_MS = 60_000;
/** The load gauge looks back one hour. */
const LOAD_MS = 3_600_000;

export const EMPTY = Object.freeze({
  seq: 0,
  at: null,
  station: null,
  promises: { sos_s: 2, hit_s: 3, position_s: 15, thumbnail_s: 5 },
  shift: null,
  cameras: {},
  sos: {},
  units: {},
  alerts: {},
  incidents: {},
  raised: {},
  held: [],
});

/** The state a snapshot describes, with whatever newer events were already held back. */
export function fromSnapshot(snapshot, held = []) {
  const state = { ...EMPTY, ...snapshot, held: held.filter((event) => event.seq > snapshot.seq) };
  return drain(state);
}

/** `state` with what no event tells: the ground, the promises and the shift of a newer `snapshot`. */
export function withFacts(state, { station, promises, shift }) {
  return { ...state, station, promises, shift };
}

/** `state` after `event`; the same object when the event is old news. */
export function apply(state, event) {
  if (event.seq <= state.seq) return state;
  if (event.prev > state.seq) return hold(state, event);
  return drain(applied(state, event));
}

/** True while an event waits for one that has not come. */
export function hasGap(state) {
  return state.held.length > 0;
}

/** `state` told by the server that nothing is missing up to `seq`. */
export function caughtUp(state, seq) {
  return seq > state.seq ? drain({ ...state, seq }) : state;
}

/** `state` without what has aged off the screen at `nowMs` (server clock). */
export function prune(state, nowMs) {
  const alerts = without(state.alerts, (alert) => isLongClosed(alert, nowMs));
  const raised = without(state.raised, (at) => Date.parse(at) < nowMs - LOAD_MS);
  return alerts === state.alerts && raised === state.raised ? state : { ...state, alerts, raised };
}

function isLongClosed(alert, nowMs) {
  return alert.state === "CLOSED" && Date.parse(alert.closed_at) < nowMs - CLOSED_STAYS_MS;
}

function hold(state, event) {
  if (state.held.some((waiting) => waiting.seq === event.seq)) return state;
  const held = [...state.held, event].sort((one, other) => one.seq - other.seq);
  return { ...state, held };
}

function drain(state) {
  let next = { ...state, held: state.held.filter((event) => event.seq > state.seq) };
  while (next.held.length && next.held[0].prev <= next.seq) {
    const [first, ...rest] = next.held;
    next = { ...applied(next, first), held: rest };
  }
  return next;
}

function applied(state, event) {
  const moved = { ...state, seq: event.seq, at: event.at };
  const [collection, key] = COLLECTIONS[event.name] ?? [];
  if (!collection) return moved;
  const data = event.data;
  moved[collection] = isGone(collection, data)
    ? without(state[collection], (_, name) => name === String(data[key]))
    : { ...state[collection], [data[key]]: data };
  if (collection === "alerts") moved.raised = noted(state.raised, data);
  return moved;
}

function isGone(collection, data) {
  return data.removed === true || (collection === "incidents" && data.state === "CLOSED");
}

function noted(raised, alert) {
  return alert.removed
    ? without(raised, (_, name) => name === String(alert.id))
    : { ...raised, [alert.id]: alert.raised_at };
}

function without(things, isUnwanted) {
  const kept = Object.entries(things).filter(([name, thing]) => !isUnwanted(thing, name));
  return kept.length === Object.keys(things).length ? things : Object.fromEntries(kept);
}
