/**
 * The operator's hand on the wall: which alert is chosen, what is ticked, what is on its way to the server.
 *
 * A new alarm never pulls the card from under a hand: once a key has touched the chosen alert it stays, and the
 * new one comes second. Nothing here changes the store; the server's events do.
 */
import { floodNow, holds, railRows } from "./groups.js";
import { callById, incidentOf, load, railOrder, waiting } from "./queries.js";
import { CHECKS, SHELF_MINUTES, SHELF_REASONS, actFor, mayShelve, shelfAct, stepsOf, undoFor } from "./steps.js";

/** A closing verdict waits this long before it is sent; U takes it back meanwhile. */
const UNDO_MS = 5000;

export function createDesk({ store, api, can, now, onChange, setTimeout = globalThis.setTimeout.bind(globalThis) }) {
  const desk = {
    selected: null,
    isSheetOpen: false,
    isFlood: false,
    isGroupOpen: false,
    shelf: null, // {id, minutes} while a reason is asked for
    isDesk: can.includes("incidents.work"),
    pending: new Map(),
    busy: new Set(),
    errors: new Map(),
  };
  const ticks = new Map();
  const dismissed = new Set();
  const inFlight = new Map();
  const kept = new Map();
  let isTouched = false;
  let awaited = null;

  const alertOf = (id) => callById(store.state(), id);
  const isOpen = (alert) => alert !== null && alert.state !== "CLOSED";
  const calls = (alert) => isOpen(alert) && !dismissed.has(alert.id) && needsBench(alert);

  /** Turn to a call that is about to be told of: an incident that was opened here by hand. */
  desk.expect = (id) => {
    if (alertOf(id)) choose(id, true);
    else awaited = id;
    onChange();
  };

  /** Keep the choice sensible after any change of the store. */
  desk.follow = () => {
    const state = store.state();
    desk.isFlood = floodNow(desk.isFlood, load(state, now()).recent);
    if (awaited !== null && alertOf(awaited)) {
      choose(awaited, true);
      awaited = null;
    }
    const chosen = desk.selected === null ? null : alertOf(desk.selected);
    const [first] = railOrder(state).filter(calls);
    if (!isOpen(chosen)) return choose(first?.id ?? null, false);
    const isMoreUrgent = first && first.priority < chosen.priority && first.state === "WAITING";
    if (isMoreUrgent && !isTouched) choose(first.id, false);
  };

  function choose(id, byHand) {
    if (desk.selected !== id) {
      desk.isSheetOpen = desk.isSheetOpen && !byHand;
      desk.shelf = null;
      const mine = groupOf(desk.selected);
      if (!mine || !holds(mine, id)) desk.isGroupOpen = false;
    }
    desk.selected = id;
    isTouched = byHand;
  }

  /** The rail as it is shown: sections with their rows. */
  desk.sections = () => railRows(store.state(), desk);

  const rows = () => desk.sections().flatMap((section) => section.rows);
  const groupOf = (id) => rows().find((row) => row.isGroup && holds(row, id)) ?? null;

  /** The alerts that a key on this one is meant for: all of its group while that is folded. */
  function togetherWith(alert) {
    const group = groupOf(alert.id);
    return group && !group.isOpen && group.name !== "SHELF" ? group.alerts : [alert];
  }

  desk.select = (id) => {
    dismissed.delete(id);
    choose(id, true);
    onChange();
  };

  desk.move = (step) => {
    const stops = rows().filter((row) => !row.isOpen && isOpen(row.lead));
    if (!stops.length) return;
    const at = stops.findIndex((row) => holds(row, desk.selected));
    const next = at < 0 ? 0 : Math.min(stops.length - 1, Math.max(0, at + step));
    if (next !== at) desk.select(stops[next].lead.id);
  };

  /** Open the chosen group; from an open one or from none, go to the next. Without groups, to the next section. */
  desk.nextGroup = () => {
    const mine = groupOf(desk.selected);
    if (mine && !mine.isOpen) desk.isGroupOpen = true;
    else {
      desk.isGroupOpen = false;
      const parts = desk.isFlood ? rows().filter((row) => row.isGroup) : firstOfSections();
      const at = parts.findIndex((row) => holds(row, desk.selected));
      if (parts.length) desk.select(parts[(at + 1) % parts.length].lead.id);
    }
    onChange();
  };

  function firstOfSections() {
    const sections = desk.sections().filter((section) => section.rows.length && section.name !== "closed");
    const at = sections.findIndex((section) => section.rows.some((row) => holds(row, desk.selected)));
    return [...sections.slice(at + 1), ...sections.slice(0, at + 1)].map((section) => section.rows[0]).slice(0, 1);
  }

  /** Alerts whose cards are shown: the chosen one, then the most urgent other that calls. */
  desk.cards = () => {
    const chosen = desk.selected === null ? null : alertOf(desk.selected);
    if (!chosen) return [];
    const [other] = railOrder(store.state()).filter((alert) => calls(alert) && alert.id !== chosen.id);
    return other ? [chosen, other] : [chosen];
  };

  /** What the map and the pictures turn to: the chosen alert, if it has a place. */
  desk.target = () => desk.cards()[0] ?? null;

  desk.isAlarm = () => desk.cards().length > 0 && !desk.isSheetOpen;

  desk.nextCard = () => {
    const [, other] = desk.cards();
    if (other) desk.select(other.id);
  };

  desk.back = () => {
    if (desk.shelf) desk.shelf = null;
    else if (desk.isSheetOpen) desk.isSheetOpen = false;
    else if (desk.selected !== null) {
      dismissed.add(desk.selected);
      choose(null, false);
      desk.follow();
    }
    onChange();
  };

  desk.toggleSheet = () => {
    desk.isSheetOpen = !desk.isSheetOpen && desk.cards().length > 0;
    onChange();
  };

  /** The alert that Space answers: the chosen one if it waits, else the most urgent that waits. */
  desk.nextToAck = () => {
    const chosen = desk.selected === null ? null : alertOf(desk.selected);
    if (chosen?.state === "WAITING" || chosen?.state === "SHELVED") return chosen;
    const together = chosen ? togetherWith(chosen).find(({ state }) => state === "WAITING") : null;
    if (together) return together;
    return waiting(store.state())[0] ?? null;
  };

  desk.ticksOf = (id) => ticks.get(id) ?? new Set();

  desk.stepsOf = (alert) => {
    const state = store.state();
    const steps = stepsOf({ state, alert, incident: incidentOf(state, alert), ticks: desk.ticksOf(alert.id) });
    return steps.map((step) => ({ ...step, acts: (step.acts ?? []).filter(isAllowed) }));
  };

  /** A wall screen without a person sees and silences; whatever it may not do is not offered. */
  const isAllowed = (act) => act.run.every(({ path }) => can.includes(neededFor(path)));

  desk.ack = () => {
    const alert = desk.nextToAck();
    if (!alert) return;
    desk.select(alert.id);
    const calling = togetherWith(alert).filter(({ state }) => state === "WAITING");
    (calling.length ? calling : [alert]).forEach((one) => act(one, "Space"));
  };

  /** Ask for how long and why; the same key again changes how long. */
  desk.shelve = () => {
    const alert = desk.isAlarm() ? alertOf(desk.selected) : null;
    if (!alert || alert.state === "SHELVED" || !can.includes("alerts.close")) return;
    isTouched = true;
    const at = SHELF_MINUTES.indexOf(desk.shelf?.minutes);
    if (mayShelve(alert)) desk.shelf = { id: alert.id, minutes: SHELF_MINUTES[(at + 1) % SHELF_MINUTES.length] };
    else desk.errors.set(alert.id, { code: "not-shelvable", message: "" });
    onChange();
  };

  async function putAside(alert, key) {
    const reason = SHELF_REASONS.find((candidate) => candidate.key === key);
    const { minutes } = desk.shelf;
    desk.shelf = null;
    if (reason) await send(alert, shelfAct(alert, minutes, reason.name));
    const isDone = reason && !desk.errors.has(alert.id);
    if (isDone && desk.selected === alert.id) choose(null, false);
    onChange();
  }

  desk.press = (key) => {
    const alert = desk.isAlarm() ? alertOf(desk.selected) : null;
    if (!alert || desk.pending.has(alert.id)) return;
    isTouched = true;
    desk.errors.delete(alert.id);
    if (desk.shelf) return void putAside(alert, key);
    const check = CHECKS.find((candidate) => candidate.key === key);
    if (check && alert.kind === "PLATE_HIT") tick(alert, check.code);
    else act(alert, key);
  };

  /**
   * Do what the key stands for. The socket may show the next step before the answer to the last command is in:
   * a key pressed then is kept and acts when the answer comes. The same key twice is a double press, not a wish.
   */
  function act(alert, key) {
    if (desk.busy.has(alert.id)) {
      if (key !== inFlight.get(alert.id)) kept.set(alert.id, key);
      return;
    }
    inFlight.set(alert.id, key);
    perform(alert, actFor(desk.stepsOf(alert), key));
  }

  function actOnKept(id) {
    const key = kept.get(id);
    kept.delete(id);
    const alert = alertOf(id);
    if (key && isOpen(alert) && !desk.errors.has(id)) act(alert, key);
  }

  function tick(alert, code) {
    const mine = new Set(desk.ticksOf(alert.id));
    if (!mine.delete(code)) mine.add(code);
    ticks.set(alert.id, mine);
    onChange();
  }

  function perform(alert, act) {
    if (!act || desk.busy.has(alert.id)) return;
    desk.errors.delete(alert.id);
    if (act.isClosing) holdBack(alert, act);
    else send(alert, act);
    onChange();
  }

  function holdBack(alert, act) {
    const pending = { act, until: now() + UNDO_MS };
    desk.pending.set(alert.id, pending);
    setTimeout(() => {
      if (desk.pending.get(alert.id) !== pending) return;
      desk.pending.delete(alert.id);
      if (isOpen(alertOf(alert.id))) send(alert, act);
      onChange();
    }, UNDO_MS);
  }

  desk.undo = () => {
    const chosen = desk.selected === null ? null : alertOf(desk.selected);
    if (!chosen) return;
    const isLocal = desk.pending.delete(chosen.id) || ticks.delete(chosen.id);
    if (!isLocal) togetherWith(chosen).forEach((one) => perform(one, undoFor(one, now())));
    onChange();
  };

  async function send(alert, act) {
    desk.busy.add(alert.id);
    let incident = alert.incident_id;
    for (const { path, body, opens } of act.run) {
      const answer = await api.command(path.replace("{incident}", incident), body);
      if (!answer.ok) {
        desk.errors.set(alert.id, answer.error);
        break;
      }
      if (opens) incident = answer.data.id;
    }
    desk.busy.delete(alert.id);
    onChange();
    actOnKept(alert.id);
  }

  return desk;
}

/** An SOS or a hit keeps its card until it is closed; anything else that is urgent, until somebody has taken it. */
function needsBench({ kind, priority, state }) {
  if (state === "SHELVED") return false;
  return kind === "SOS" || kind === "INCIDENT" || kind === "PLATE_HIT" || (priority <= 2 && state === "WAITING");
}

function neededFor(path) {
  if (path.startsWith("incidents")) return "incidents.work";
  return /\/(ack|undo)$/.test(path) ? "alerts.ack" : "alerts.close";
}
