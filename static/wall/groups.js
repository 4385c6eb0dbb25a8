/**
 * Alarm flood: more than ten alerts in ten minutes, until fewer than five (EEMUA 191, ISA-18.2). Then the rail
 * folds alerts of one kind and place into groups, at most six rows in all; an SOS is never folded away. Pure.
 *
 * A row is {key, name, alerts, lead, isGroup, isOpen, isMember}: one alert, or a group whose `lead` is its most
 * urgent; the members of an open group follow it as rows of their own.
 */
import { FLOOD_LINE, byUrgency, calls, railSections, shelved } from "./queries.js";

export const MOST_ROWS = 6;
const FLOOD_ENDS = 5;

/** Whether it is a flood now, `recent` alerts in ten minutes, given whether it was one before. */
export function floodNow(wasFlood, recent) {
  return wasFlood ? recent >= FLOOD_ENDS : recent > FLOOD_LINE;
}

/** Sections of the rail with their rows: [{name, rows, count}]. The group that holds `selected` may be open. */
export function railRows(state, { isFlood = false, selected = null, isGroupOpen = false } = {}) {
  if (!isFlood) {
    return railSections(state).map(({ name, alerts }) => ({ name, count: alerts.length, rows: alerts.map(single) }));
  }
  const rows = floodRows(state).map((row) => ({ ...row, isOpen: row.isGroup && isGroupOpen && holds(row, selected) }));
  const count = rows.reduce((sum, row) => sum + row.alerts.length, 0);
  return [{ name: "flood", count, rows: rows.flatMap((row) => (row.isOpen ? [row, ...row.alerts.map(member)] : [row])) }];
}

export function holds(row, id) {
  return row.alerts.some((alert) => alert.id === id);
}

/** At most MOST_ROWS rows, but never fewer than one for each call for help. */
export function floodRows(state) {
  const open = calls(state).filter((alert) => alert.state !== "CLOSED" && alert.state !== "SHELVED").sort(byAnswer);
  const shelf = shelved(state);
  const apart = open.filter(isApart);
  const room = Math.max(1, MOST_ROWS - apart.length - (shelf.length ? 1 : 0));
  const rows = [...folded(open.filter((alert) => !isApart(alert)), room), ...shelfRow(shelf)];
  return [...apart.map(single), ...rows.map((row) => (row.isGroup ? row : single(row.lead)))];
}

function isApart({ kind, priority }) {
  return kind === "SOS" || priority === 1;
}

/** Whoever waits comes before whoever is answered, then the more urgent, then the older. */
function byAnswer(one, other) {
  return Number(other.state === "WAITING") - Number(one.state === "WAITING") || byUrgency(one, other);
}

/**
 * One row for each kind and place; while these are too many, the kind with the most of them becomes one row, and
 * when each kind is one row already, the least urgent of them share the last.
 */
function folded(alerts, room) {
  let buckets = bucketsOf(alerts, (alert) => `${alert.kind}|${placeOf(alert)}`);
  while (buckets.length > room) {
    const widest = widestKind(buckets);
    if (widest === null) return withTail(buckets, room);
    buckets = bucketsOf(buckets.flatMap((bucket) => bucket.alerts), (alert) =>
      alert.kind === widest ? `${alert.kind}|` : keyIn(buckets, alert));
  }
  return buckets.sort((one, other) => byAnswer(one.lead, other.lead));
}

function withTail(buckets, room) {
  const sorted = buckets.sort((one, other) => byAnswer(one.lead, other.lead));
  const tail = sorted.slice(room - 1).flatMap(({ alerts }) => alerts);
  return [...sorted.slice(0, room - 1), rowOf("MIXED|", tail.sort(byAnswer))];
}

function placeOf({ details, place, source }) {
  return details?.camera || place || source.id;
}

function bucketsOf(alerts, keyOf) {
  const found = new Map();
  for (const alert of alerts) found.set(keyOf(alert), [...(found.get(keyOf(alert)) ?? []), alert]);
  return [...found].map(([key, members]) => rowOf(key, members.sort(byAnswer)));
}

function keyIn(buckets, alert) {
  return buckets.find((bucket) => holds(bucket, alert.id)).key;
}

/** The kind with the most rows; null when each has one. */
function widestKind(buckets) {
  const counts = new Map();
  for (const { name } of buckets) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [kind, count] = [...counts].sort((one, other) => other[1] - one[1])[0];
  return count > 1 ? kind : null;
}

function rowOf(key, alerts) {
  if (alerts.length === 1) return { ...single(alerts[0]), key, name: alerts[0].kind };
  return { key, name: key.split("|")[0], alerts, lead: alerts[0], isGroup: true, isOpen: false, isMember: false };
}

function shelfRow(shelf) {
  return shelf.length ? [rowOf("SHELF|", shelf)] : [];
}

function single(alert) {
  return { key: String(alert.id), name: alert.kind, alerts: [alert], lead: alert, isGroup: false, isOpen: false, isMember: false };
}

function member(alert) {
  return { ...single(alert), isMember: true };
}
