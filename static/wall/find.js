/**
 * Finding by a few letters: cameras, SOS points, units, incidents, and alerts of today with the plates in them.
 * Pure. A result is {kind, title, detail, call, spot, camera}: the card, the place and the picture to turn to.
 */
import { place } from "./geo.js";
import { calls } from "./queries.js";

const MOST = 8;

/** How people type a code or a plate: without spaces, dots or hyphens, in any case. */
export function bare(words) {
  return words.toLowerCase().replace(/[\s.·-]+/g, "");
}

/** Up to eight results, those whose name begins with `words` first; `hits` are today's alerts from the server. */
export function search(state, words, hits = []) {
  const wanted = bare(words);
  if (!wanted) return [];
  return everything(state, hits)
    .map((entry) => ({ entry, rank: rankOf(entry, wanted) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.entry.title.localeCompare(other.entry.title))
    .slice(0, MOST)
    .map(({ entry }) => entry);
}

/** 0: its name is just that; 1: begins so; 2: holds it; 3: it stands in the words beside the name. */
function rankOf({ title, detail }, wanted) {
  const name = bare(title);
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.includes(wanted)) return 2;
  return bare(detail).includes(wanted) ? 3 : Infinity;
}

function everything(state, hits) {
  const known = new Map([...hits, ...calls(state)].filter(({ kind }) => kind !== "INCIDENT").map((alert) => [alert.id, alert]));
  return [
    ...Object.values(state.cameras).map((camera) => thing("CAMERA", camera, { camera: camera.code })),
    ...Object.values(state.sos).map((point) => thing("SOS", point)),
    ...Object.values(state.units).map((unit) => thing("UNIT", unit)),
    ...Object.values(state.incidents).map((incident) => ({
      kind: "INCIDENT", title: incident.number, detail: [incident.subject, incident.place].filter(Boolean).join(" · "),
      call: incident.alert_id ?? `i${incident.id}`, spot: place(incident),
    })),
    ...[...known.values()].map((alert) => alertEntry(state, alert)),
  ];
}

function thing(kind, { code, name, ...rest }, more = {}) {
  return { kind, title: code, detail: name, call: null, spot: place(rest), ...more };
}

/** An alert that is over has no card any more; its place and camera are still worth a look. */
function alertEntry(state, alert) {
  const isOpen = state.alerts[alert.id] !== undefined && alert.state !== "CLOSED";
  const camera = alert.details?.camera;
  return {
    kind: "ALERT", title: alert.subject, detail: alert.place, call: isOpen ? alert.id : null, spot: place(alert),
    at: alert.last_at, ...(camera ? { camera } : {}),
  };
}
