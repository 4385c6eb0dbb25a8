/** What a new incident typed at the wall becomes: kinds with their keys, known places, the command. Pure. */
import { bare } from "./find.js";
import { place } from "./geo.js";

/** Kinds that a person reports by word of mouth; 2 is urgent, 3 worth a look, as alerts have it. */
export const KINDS = [
  { key: "Digit1", code: "QUARREL", priority: 2 },
  { key: "Digit2", code: "ACCIDENT", priority: 2 },
  { key: "Digit3", code: "MEDICAL", priority: 2 },
  { key: "Digit4", code: "CRIME", priority: 2 },
  { key: "Digit5", code: "NUISANCE", priority: 3 },
  { key: "Digit6", code: "TECHNICAL", priority: 3 },
  { key: "Digit7", code: "OTHER", priority: 3 },
];
const SUBJECT_LETTERS = 200;

/** Names of places that the wall can put on its map: [{name, spot}]. */
export function knownPlaces({ station, sos, cameras }) {
  const grounds = [...(station?.places ?? []), ...(station?.communities ?? [])];
  const named = [...grounds, ...Object.values(sos), ...Object.values(cameras)];
  return named.filter(place).map((spot) => ({ name: spot.code ? `${spot.code} ${spot.name}` : spot.name, spot: place(spot) }));
}

/** The place that the words mean: just so, or the only one that holds them; null for any other. */
export function placeNamed(places, words) {
  const wanted = bare(words);
  if (!wanted) return null;
  const exact = places.find(({ name }) => bare(name) === wanted);
  const near = places.filter(({ name }) => bare(name).includes(wanted));
  return exact ?? (near.length === 1 ? near[0] : null);
}

/** Body of POST incidents; `label` is the kind in words, with which the subject begins. */
export function commandFor({ kind, label, where, note }, places) {
  const known = placeNamed(places, where);
  const [lat, lon] = known?.spot ?? [null, null];
  const subject = [label, note.trim()].filter(Boolean).join(" ").slice(0, SUBJECT_LETTERS);
  return { kind: kind.code, priority: kind.priority, subject, place: where.trim() || known?.name || "", lat, lon };
}
