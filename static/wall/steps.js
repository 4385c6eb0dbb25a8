/**
 * What can be done about an alert, in order: the one source of the cards, of the printed keys and of what a
 * key press does. Pure, so that the rules of the desk are tested without a screen.
 *
 * A step is {name, state: "done"|"now"|"later", values} plus, where a key acts, `acts`: [{name, key, run}].
 * `run` lists commands [{path, body}] sent one after another; {incident} in a path is the incident that an
 * earlier command of the list opened. `isClosing` acts wait a few seconds, in which U takes them back; an
 * acknowledgement can be given back for a minute at the server.
 */
import { place } from "./geo.js";
import { t } from "./i18n.js";
import { unitsNear } from "./queries.js";

/** Outcomes by which an alert is closed without an incident, as the alerts service names them. */
const VERDICTS = {
  SOS: [
    { name: "test", key: "Digit2", outcome: "TEST" },
    { name: "mistake", key: "Digit3", outcome: "MISTAKE" },
  ],
  PLATE_HIT: [
    { name: "wrong-province", key: "Digit2", outcome: "WRONG_PROVINCE" },
    { name: "misread", key: "Digit3", outcome: "WRONG_READ" },
    { name: "other-car", key: "Digit4", outcome: "OTHER_VEHICLE" },
  ],
  SYSTEM: [
    { name: "restored", key: "Digit1", outcome: "RESTORED" },
    { name: "handled", key: "Digit2", outcome: "HANDLED" },
    { name: "no-fault", key: "Digit3", outcome: "MISTAKE" },
  ],
};

/** Outcomes by which an incident is closed; its alert is closed with the same word. */
const ENDINGS = {
  SOS: [
    { name: "ended-real", key: "Digit1", outcome: "REAL" },
    { name: "ended-mistake", key: "Digit2", outcome: "MISTAKE" },
  ],
  PLATE_HIT: [
    { name: "ended-real", key: "Digit1", outcome: "REAL" },
    { name: "other-car", key: "Digit2", outcome: "OTHER_VEHICLE" },
  ],
  INCIDENT: [
    { name: "handled", key: "Digit1", outcome: "HANDLED" },
    { name: "nothing", key: "Digit2" }, // no code: its words are the outcome
  ],
};

/** Why an alert may be shelved, as the alerts service names it, each with its key. */
export const SHELF_REASONS = [
  { name: "REPAIR", key: "Digit1" },
  { name: "REPEATS", key: "Digit2" },
  { name: "WATCHED", key: "Digit3" },
];
export const SHELF_MINUTES = [15, 60];

/** A plate hit goes out only after a person has seen both with their own eyes. */
export const CHECKS = [
  { name: "province", key: "KeyP", code: "PROVINCE" },
  { name: "vehicle", key: "KeyV", code: "VEHICLE" },
];

const ACK_UNDO_MS = 60_000;

/** Steps of `alert`; `ticks` is the set of check codes ticked here for a plate hit. */
export function stepsOf({ state, alert, incident, ticks = new Set() }) {
  const response = responseSteps(state, alert, incident);
  if (alert.kind === "PLATE_HIT") return [ackStep(alert), hitStep(state, alert, incident, ticks), ...response];
  if (alert.kind === "INCIDENT") return response;
  if (alert.kind === "SOS") return [ackStep(alert), lookStep(alert, incident), ...response];
  return [ackStep(alert), settleStep(alert, incident)];
}

/** The act that `key` stands for in `steps`, if its step is open now. */
export function actFor(steps, key) {
  for (const step of steps) {
    const act = (step.acts ?? []).find((candidate) => candidate.key === key);
    if (act) return act;
  }
  return null;
}

/** A call for help, whatever is critical and whatever somebody works on stays in sight. */
export function mayShelve({ kind, priority, state, incident_id: incident }) {
  return kind !== "SOS" && priority > 1 && incident === null && (state === "WAITING" || state === "TAKEN");
}

export function shelfAct(alert, minutes, reason) {
  return { name: "shelve", key: "KeyZ", run: [{ path: `alerts/${alert.id}/shelve`, body: { minutes, reason } }] };
}

/** Taking an alert off the shelf, or giving it back while its acknowledgement is fresh; null afterwards. */
export function undoFor(alert, nowMs) {
  if (alert.state === "SHELVED") return { name: "undo", key: "KeyU", run: [{ path: `alerts/${alert.id}/unshelve`, body: {} }] };
  const isFresh = alert.state === "TAKEN" && nowMs - Date.parse(alert.taken_at) < ACK_UNDO_MS;
  if (!isFresh || alert.incident_id !== null) return null;
  return { name: "undo", key: "KeyU", run: [{ path: `alerts/${alert.id}/undo`, body: {} }] };
}

function missingChecks(ticks) {
  return CHECKS.filter(({ code }) => !ticks.has(code));
}

const ackCommand = (alert) => ({ path: `alerts/${alert.id}/ack`, body: {} });

function ackStep(alert) {
  if (alert.state !== "WAITING" && alert.state !== "SHELVED") {
    return { name: "ack", state: "done", values: { who: alert.taken_by, at: alert.taken_at } };
  }
  return { name: "ack", state: "now", values: {}, acts: [{ name: "ack", key: "Space", run: [ackCommand(alert)] }] };
}

function lookStep(alert, incident) {
  if (incident || alert.incident_id !== null) return { name: "look", state: "done", values: {} };
  if (alert.state !== "TAKEN") return { name: "look", state: "later", values: {} };
  const real = { name: "real", key: "Digit1", run: [openCommand(alert)] };
  return { name: "look", state: "now", values: {}, acts: [real, ...closings(alert)] };
}

function settleStep(alert, incident) {
  const isNow = alert.state === "TAKEN" && !incident;
  return { name: "settle", state: isNow ? "now" : "later", values: {}, acts: isNow ? closings(alert) : [] };
}

function hitStep(state, alert, incident, ticks) {
  if (incident?.units.length || alert.state === "CLOSED") return { name: "verify", state: "done", values: {} };
  const [nearest] = unitsNear(state, place(alert));
  const missing = missingChecks(ticks);
  const acts = incident ? endings(alert, incident, VERDICTS.PLATE_HIT) : closings(alert);
  const run = missing.length ? [] : sendHit(alert, incident, ticks, nearest);
  if (run.length) acts.push({ name: "send", key: "Enter", run });
  return { name: "verify", state: "now", values: { missing: missing.length, nearest: nearest ?? null }, acts };
}

/** Sending on a hit opens its incident, which answers the alert, and sends the nearest unit with both ticks. */
function sendHit(alert, incident, ticks, nearest) {
  const run = incident ? [] : [openCommand(alert)];
  const path = `incidents/${incident?.id ?? "{incident}"}/dispatch`;
  if (nearest) run.push({ path, body: { unit: nearest.unit.code, confirmed: [...ticks].sort() } });
  return run;
}

function openCommand(alert) {
  return { path: "incidents", body: { alert_id: alert.id }, opens: true };
}

function closings(alert) {
  const verdicts = VERDICTS[alert.kind] ?? VERDICTS.SYSTEM;
  return verdicts.map(({ name, key, outcome }) => ({ name, key, run: closeAlert(alert, outcome), isClosing: true }));
}

function endings(alert, incident, outcomes = ENDINGS[alert.kind]) {
  return outcomes.map(({ name, key, outcome }) => ({
    name, key, isClosing: true, run: [{ path: `incidents/${incident.id}/close`, body: { outcome: outcome ?? t(`act.${name}`), note: "" } }],
  }));
}

function closeAlert(alert, outcome) {
  return [{ path: `alerts/${alert.id}/close`, body: { outcome, note: "" } }];
}

function responseSteps(state, alert, incident) {
  const near = unitsNear(state, place(alert));
  const sent = (incident?.units ?? []).map((code) => state.units[code] ?? { code, name: code });
  return [dispatchStep(incident, sent, near), backupStep(incident, sent, near), endStep(alert, incident, sent)];
}

function dispatchStep(incident, sent, near) {
  if (sent.length) return { name: "dispatch", state: "done", values: { unit: sent[0] } };
  const values = { unit: near[0]?.unit ?? null, distance_m: near[0]?.distance_m ?? null };
  if (!incident) return { name: "dispatch", state: "later", values };
  return { name: "dispatch", state: "now", values, acts: near[0] ? [sendAct("send", "Enter", incident, near[0])] : [] };
}

function backupStep(incident, sent, near) {
  if (sent.length > 1) return { name: "backup", state: "done", values: { unit: sent[1] } };
  const spare = near[sent.length ? 0 : 1];
  const values = { unit: spare?.unit ?? null, distance_m: spare?.distance_m ?? null };
  const acts = sent.length && spare && incident ? [sendAct("backup", "KeyR", incident, spare)] : [];
  return { name: "backup", state: "later", values, acts };
}

function sendAct(name, key, incident, { unit }) {
  return { name, key, run: [{ path: `incidents/${incident.id}/dispatch`, body: { unit: unit.code } }] };
}

function endStep(alert, incident, sent) {
  if (incident?.state === "DISPATCHED" && sent.length) {
    const run = [{ path: `incidents/${incident.id}/arrive`, body: { unit: sent[0].code } }];
    return { name: "arrive", state: "now", values: { unit: sent[0] }, acts: [{ name: "arrive", key: "KeyA", run }] };
  }
  if (incident?.state !== "ARRIVED") return { name: "end", state: "later", values: {} };
  return { name: "end", state: "now", values: {}, acts: endings(alert, incident) };
}
