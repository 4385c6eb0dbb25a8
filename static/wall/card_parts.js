/** Pieces that every card is made of: head, step rows, key buttons, the line that says what went wrong. */
import { ageNode } from "./ages.js";
import { el, keycap, phrases } from "./dom.js";
import { hourMinute, hourMinuteSecond } from "./dates.js";
import { has, t } from "./i18n.js";
import { priorityMark, stepMark } from "./shapes.js";
import { SHELF_MINUTES, SHELF_REASONS } from "./steps.js";

const KEY_WORDS = { Space: "Space", Enter: "Enter", Tab: "Tab" };

/** Letters that a title of card size has room for beside its age. */
const LONG_TITLE = 19;

function keyWord(code) {
  return KEY_WORDS[code] ?? code.replace(/^(Digit|Key)/, "");
}

export function head(alert, title) {
  const isWaiting = alert.state === "WAITING";
  return el("header", { class: "card-head" },
    priorityMark(alert.priority, { isFilled: isWaiting }),
    el("h2", { class: `card-title${title.length > LONG_TITLE ? " is-long" : ""}`, text: title }),
    ageNode(alert.raised_at, "running", { class: "card-age" }));
}

export function line(words, names = "card-line") {
  return words ? el("p", { class: names }, ...phrases(words)) : null;
}

/** Until when, why and by whom an alert is out of the way; null for any other. */
export function shelfLine({ shelved }) {
  if (!shelved) return null;
  const words = t("shelf.until", { time: hourMinute(shelved.until), why: t(`shelf.${shelved.reason}`), who: shelved.by });
  return el("p", { class: "card-line" }, ...phrases(words), " ", keycap("KeyU", "U"), " ", el("span", { class: "phrase", text: t("shelf.back") }));
}

export function button(act, names = "choice") {
  return el("button", { class: names, type: "button", data: { key: act.key } },
    el("span", { class: "key", text: keyWord(act.key) }), el("span", { text: t(`act.${act.name}`) }));
}

/** One row of a step list. `more` goes under the words: choices, a note. */
export function stepRow(step, title, detail, more = null) {
  const single = step.acts?.length === 1 ? step.acts[0] : null;
  const names = `step is-${step.state}${single ? " is-open" : ""}`;
  return el("li", { class: names, data: single ? { key: single.key } : {} },
    stepMark(step.state),
    el("span", { class: "step-words" }, el("span", { class: "step-title", text: title }),
      detail && el("span", { class: "step-detail" }, detail)),
    single && keycap(single.key, keyWord(single.key)), more);
}

export function choices(acts) {
  return el("div", { class: "choices" }, ...acts.map((act) => button(act)));
}

export function ackRow(step) {
  const who = [step.values.who, step.values.at && hourMinuteSecond(step.values.at)].filter(Boolean).join(" ");
  return stepRow(step, t("step.ack"), step.state === "done" ? who : t("step.ack-do"));
}

/** What hangs over the card: a verdict about to be sent, or the server's refusal in its own words. */
export function overlay(alert, { pending, error, isBusy, isDesk, shelf }) {
  if (shelf) return shelfPanel(shelf);
  if (pending) {
    return el("p", { class: "card-note", role: "status" },
      el("span", { text: t("card.pending", { act: t(`act.${pending.act.name}`) }) }), " ", keycap("KeyU", "U"),
      el("span", { text: t("card.undo") }));
  }
  if (error) return line(errorWords(error), "card-note is-error");
  if (isBusy) return line(t("card.sending"), "card-note");
  return isDesk ? null : line(t("card.at-desk"), "card-note");
}

/** For how long (Z changes it) and why: the reason's key sends it. */
function shelfPanel({ minutes }) {
  const other = SHELF_MINUTES.find((one) => one !== minutes);
  return el("div", { class: "card-note is-shelf", role: "status" },
    el("p", {}, el("b", { text: t("shelf.for", { n: minutes }) }), " ", keycap("KeyZ", "Z"), el("span", { text: t("shelf.other", { n: other }) })),
    el("div", { class: "shelf-reasons" }, ...SHELF_REASONS.map(({ name, key }) =>
      el("button", { class: "shelf-reason", type: "button", data: { key } },
        el("span", { class: "key", text: keyWord(key) }), el("span", { text: t(`shelf.${name}`) })))));
}

function errorWords({ code, message }) {
  if (code === "not-shelvable") return t("shelf.never");
  if (message) return t("card.refused", { message });
  return code === "unreachable" ? t("card.unreachable") : t("card.failed", { code });
}

function unitDetail({ unit, distance_m }) {
  if (!unit) return t("step.no-unit");
  const far = distance_m === null ? "" : t("step.straight", { m: metres(distance_m) });
  return el("span", {}, el("span", { text: [far, ""].join(far ? " · " : "") }),
    ageNode(unit.position_at, "spoken", { sentence: "step.position" }));
}

export function metres(distance) {
  return distance < 1000 ? t("map.metres", { n: Math.round(distance / 10) * 10 }) : t("map.km", { n: (distance / 1000).toFixed(1) });
}

/** Dispatch, second unit, arrival and end: the same for whatever was found to be real. */
export function responseRows(steps) {
  const named = Object.fromEntries(steps.map((step) => [step.name, step]));
  const rows = [unitRow(named.dispatch, "dispatch"), unitRow(named.backup, "backup")];
  const end = named.arrive ?? named.end;
  if (named.arrive) rows.push(stepRow(end, t("step.arrive", { unit: end.values.unit.code }), t("step.arrive-do")));
  else rows.push(stepRow(end, t("step.end"), t("step.end-do"), end.acts?.length ? choices(end.acts) : null));
  return rows;
}

function unitRow(step, name) {
  const unit = step.values.unit;
  const title = unit ? t(`step.${name}-unit`, { unit: unit.code }) : t(`step.${name}`);
  return stepRow(step, title, step.state === "done" ? t(`unit.${unit.state ?? "DISPATCHED"}`) : unitDetail(step.values));
}

export function label(prefix, code) {
  const key = `${prefix}.${code}`;
  return has(key) ? t(key) : code;
}
