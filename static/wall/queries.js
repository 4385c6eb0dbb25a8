/** Questions the screen asks the store. Pure: state in, answers out. */
import { distanceM, place } from "./geo.js";

export const SLOTS = 12;
const SLOT_MS = 5 * 60_000;
/** Above this many alerts in ten minutes an operator loses track (EEMUA 191, alarm flood). */
export const FLOOD_LINE = 10;
/** A read told so much later than it was seen comes from a table or an outage: it must not look like now. */
const PAST_MS = 10 * 60_000;

const LIVE = new Set(["LIVE", "DEGRADED"]);
const LATE = new Set(["STALLED", "CONNECTING", "BACKOFF"]);

export function byUrgency(one, other) {
  return one.priority - other.priority || Date.parse(one.raised_at) - Date.parse(other.raised_at);
}

/** An incident that no alert announced stands on the rail like an alert that somebody has taken. */
function callOf(incident) {
  return {
    id: `i${incident.id}`, kind: "INCIDENT", priority: incident.priority, state: "TAKEN", subject: incident.subject,
    place: incident.place, raised_at: incident.opened_at, last_at: incident.opened_at, count: 1,
    taken_at: incident.opened_at, taken_by: "", escalation: { level: 0, next_at: null }, shelved: null, closed_at: null,
    outcome: "", lat: incident.lat, lon: incident.lon, incident_id: incident.id,
    source: { type: "incident", id: incident.number }, details: { number: incident.number, units: incident.units, state: incident.state },
  };
}

/** Everything that calls for a person: the alerts, and the incidents opened by hand. */
export function calls(state) {
  const byHand = Object.values(state.incidents).filter((incident) => incident.alert_id === null);
  return [...Object.values(state.alerts), ...byHand.map(callOf)];
}

/** The call with this id; null when it is gone. */
export function callById(state, id) {
  if (id === null) return null;
  return state.alerts[id] ?? calls(state).find((call) => call.id === id) ?? null;
}

function alertsIn(state, wanted) {
  return calls(state).filter(wanted).sort(byUrgency);
}

export function waiting(state) {
  return alertsIn(state, (alert) => alert.state === "WAITING");
}

/** P1 alerts in work: pinned on top until closed. */
export function pinned(state) {
  return alertsIn(state, (alert) => alert.state === "TAKEN" && alert.priority === 1);
}

export function working(state) {
  return alertsIn(state, (alert) => alert.state === "TAKEN" && alert.priority !== 1);
}

/** Out of the way for a while; the next to come back is first. */
export function shelved(state) {
  const found = alertsIn(state, (alert) => alert.state === "SHELVED");
  return found.sort((one, other) => Date.parse(one.shelved.until) - Date.parse(other.shelved.until));
}

function justClosed(state) {
  const closed = alertsIn(state, (alert) => alert.state === "CLOSED");
  return closed.sort((one, other) => Date.parse(other.closed_at) - Date.parse(one.closed_at));
}

/** True where the car was seen well before the alert was raised. */
export function isPast({ raised_at: raisedAt, details }) {
  return Date.parse(raisedAt) - Date.parse(details?.seen_at) > PAST_MS;
}

/** The rail from top to bottom. A waiting P1 stands above a pinned one: nobody has answered it yet. */
export function railSections(state) {
  const waits = waiting(state);
  const head = [
    { name: "pinned", alerts: pinned(state) },
    { name: "waiting", alerts: waits },
  ];
  if (waits.some((alert) => alert.priority === 1)) head.reverse();
  return [
    ...head, { name: "working", alerts: working(state) }, { name: "shelved", alerts: shelved(state) },
    { name: "closed", alerts: justClosed(state) },
  ];
}

export function railOrder(state) {
  return railSections(state).flatMap((section) => section.alerts);
}

/** Alerts of the last ten minutes and of each five-minute slot of the last hour, oldest first. */
export function load(state, nowMs) {
  const slots = new Array(SLOTS).fill(0);
  let recent = 0;
  for (const at of Object.values(state.raised)) {
    const age = Math.max(0, nowMs - Date.parse(at));
    if (age < 2 * SLOT_MS) recent += 1;
    const slot = SLOTS - 1 - Math.floor(age / SLOT_MS);
    if (slot >= 0) slots[slot] += 1;
  }
  return { recent, slots, isFlood: recent > FLOOD_LINE };
}

export function cameraMood(camera) {
  if (LIVE.has(camera.health)) return "live";
  if (LATE.has(camera.health)) return "late";
  return camera.health === "UNKNOWN" ? "unknown" : "dead";
}

export function cameraCounts(state) {
  const counts = { total: 0, live: 0, late: 0, dead: 0, unknown: 0 };
  for (const camera of Object.values(state.cameras)) {
    counts.total += 1;
    counts[cameraMood(camera)] += 1;
  }
  return counts;
}

export function sosCounts(state) {
  const points = Object.values(state.sos);
  const heard = points.filter((point) => point.state === "OK" || point.state === "PRESSED");
  return { total: points.length, heard: heard.length, deaf: points.filter((point) => point.state === "DEAF") };
}

/** Units whose position is older than promised, oldest first. */
export function lateUnits(state, nowMs) {
  const limit = nowMs - state.promises.position_s * 1000;
  return Object.values(state.units)
    .filter((unit) => unit.state !== "OFF" && unit.position_at && Date.parse(unit.position_at) < limit)
    .sort((one, other) => Date.parse(one.position_at) - Date.parse(other.position_at));
}

/** Free units with a known position, nearest to `spot` first: [{unit, distance_m}]. */
export function unitsNear(state, spot) {
  return Object.values(state.units)
    .filter((unit) => unit.state === "FREE" && place(unit))
    .map((unit) => ({ unit, distance_m: spot ? distanceM(spot, place(unit)) : null }))
    .sort((one, other) => (one.distance_m ?? 0) - (other.distance_m ?? 0));
}

export function incidentOf(state, alert) {
  if (!alert || alert.incident_id === null) return null;
  return state.incidents[alert.incident_id] ?? null;
}

/** Four cameras to show while nothing calls: zone cameras in code order, a page at a time. */
export function restingCameras(state, page, count = 4) {
  const zone = Object.values(state.cameras)
    .filter((camera) => camera.in_zone && cameraMood(camera) === "live")
    .sort((one, other) => one.code.localeCompare(other.code));
  const pages = Math.max(1, Math.ceil(zone.length / count));
  const first = (page % pages) * count;
  return zone.slice(first, first + count);
}
