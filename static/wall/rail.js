/** The alarm rail: sections from most to least urgent, each row in its place, the next key printed on it. */
import { el, idOf, keycap, keyed, part, say, sayPhrases, show, toggle } from "./dom.js";
import { hourMinuteSecond, runningAge, secondsSince, settledAge, shortDay } from "./dates.js";
import { holds } from "./groups.js";
import { has, t } from "./i18n.js";
import { isPast } from "./queries.js";
import { priorityMark } from "./shapes.js";
import { CAP } from "./sound.js";

/** Letters that the subject of each priority has room for at its full size. */
const ROOMY = { 1: 12, 2: 19, 3: 28, 4: 28 };
const SECTIONS = ["flood", "pinned", "waiting", "working", "shelved", "closed"];

export function createRail(root, { onSelect, onOpen }) {
  const nodes = Object.fromEntries(SECTIONS.map((name) => [name, section(name)]));
  const empty = el("p", { class: "rail-empty" });
  root.append(...Object.values(nodes), empty);
  root.addEventListener("click", (event) => {
    const row = event.target.closest(".alert");
    if (!row) return;
    const isChosen = row.classList.contains("is-selected");
    onSelect(idOf({ dataset: { id: row.dataset.lead } }));
    if (isChosen && row.classList.contains("is-group")) onOpen();
  });

  return {
    /**
     * `sections` as `railRows` gives them; `focus` = {selected, next, sounds}: ids of the chosen alert and of the
     * one that Space answers, and how many sounds the last ten minutes had.
     */
    render(sections, focus, nowMs) {
      const named = new Map(sections.map((section) => [section.name, section]));
      SECTIONS.forEach((name) => renderSection(nodes[name], named.get(name) ?? { rows: [], count: 0 }, focus, nowMs));
      sections.forEach(({ name }, index) => {
        if (root.children[index] !== nodes[name]) root.insertBefore(nodes[name], root.children[index]);
      });
      const isEmpty = sections.every(({ count }) => count === 0);
      show(empty, isEmpty);
      say(empty, isEmpty ? t("rail.empty") : "");
      trim(root, nodes);
    },
  };
}

function section(name) {
  return el("section", { class: "rail-section", data: { section: name } },
    el("header", { class: "rail-head" },
      el("h2", { class: "rail-title", data: { part: "title" } }),
      el("span", { class: "rail-note", data: { part: "note" } })),
    el("ol", { class: "rail-list", data: { part: "list" } }));
}

function renderSection(node, { rows, count }, focus, nowMs) {
  const name = node.dataset.section;
  const groups = rows.filter((row) => !row.isMember).length;
  show(node, rows.length > 0);
  say(part("title", node), t(`rail.${name}`, { n: count, groups }));
  say(part("note", node), has(`rail.${name}.note`) ? t(`rail.${name}.note`, { n: focus.sounds, most: CAP }) : "");
  keyed(part("list", node), rows, (row) => row.key, buildRow, (line, row) => {
    line.dataset.lead = row.lead.id;
    if (row.isGroup) renderGroup(line, row, focus, nowMs);
    else renderRow(line, row, focus, nowMs);
  });
}

function buildRow() {
  return el("li", { class: "alert is-new" },
    el("span", { class: "alert-mark", data: { part: "mark" } }),
    el("span", { class: "alert-words" },
      el("span", { class: "alert-top" },
        el("strong", { class: "alert-subject", data: { part: "subject" } }),
        el("span", { class: "alert-age", data: { part: "age" } })),
      el("span", { class: "alert-line", data: { part: "place" } }),
      el("span", { class: "alert-line", data: { part: "next" } }, el("span", { data: { part: "cap" } }),
        el("span", { data: { part: "words" } }))));
}

/** A folded group: how many, where, since when, and the keys that open and answer it. */
function renderGroup(row, group, focus, nowMs) {
  const { lead, alerts, name, isOpen } = group;
  const waits = alerts.filter((alert) => alert.state === "WAITING");
  const places = new Set(alerts.map((alert) => alert.place));
  const oldest = alerts.reduce((first, alert) => (alert.raised_at < first.raised_at ? alert : first));
  drawMark(row, lead, waits.length > 0);
  row.className = `alert is-group is-p${lead.priority} is-${waits.length ? "waiting" : lead.state.toLowerCase()}`;
  const isChosen = !isOpen && holds(group, focus.selected);
  toggle(row, "is-selected", isChosen);
  toggle(row, "is-open", isOpen);
  say(part("subject", row), t(`group.${name}`, { n: alerts.length }));
  say(part("age", row), runningAge(secondsSince(oldest.raised_at, nowMs)));
  say(part("place", row), "");
  const isNext = !isOpen && holds(group, focus.next) && name !== "SHELF";
  show(part("next", row), true);
  capKeys(part("cap", row), isOpen ? [] : [isChosen && "G", isNext && "Space"].filter(Boolean));
  const act = isNext ? t("group.ack") : isChosen ? t("group.open") : "";
  say(part("words", row), [act, places.size > 1 ? t("group.places", { n: places.size }) : lead.place, t("group.waiting", { n: waits.length })].filter(Boolean).join(" · "));
}

function renderRow(row, { lead: alert, isMember }, focus, nowMs) {
  const isWaiting = alert.state === "WAITING";
  drawMark(row, alert, isWaiting);
  row.className = `alert is-p${alert.priority} is-${alert.state.toLowerCase()}`;
  toggle(row, "is-selected", alert.id === focus.selected);
  toggle(row, "is-member", isMember);
  toggle(row, "is-past", isPast(alert));
  toggle(row, "is-long", alert.subject.length > ROOMY[alert.priority]);
  say(part("subject", row), alert.subject);
  say(part("age", row), ageOf(alert, nowMs));
  const isShort = !isWaiting && alert.priority !== 1;
  sayPhrases(part("place", row), isShort ? shortLine(alert, nowMs) : alert.place);
  const words = isShort ? "" : nextWords(alert, nowMs);
  const isNext = alert.id === focus.next;
  show(part("next", row), Boolean(words) || isNext);
  say(part("words", row), isNext ? [t("act.ack"), words].filter(Boolean).join(" · ") : words);
  capKeys(part("cap", row), isNext ? ["Space"] : []);
}

function capKeys(holder, keys) {
  if (holder.dataset.keys === keys.join()) return;
  holder.dataset.keys = keys.join();
  holder.replaceChildren(...keys.map((key) => keycap(key, key)));
}

function drawMark(row, alert, isWaiting) {
  const holder = part("mark", row);
  const look = `${alert.priority}${isWaiting}`;
  if (holder.dataset.look === look) return;
  holder.dataset.look = look;
  const onRed = alert.priority === 1 && isWaiting;
  holder.replaceChildren(priorityMark(alert.priority, { isFilled: isWaiting, onRed }));
}

function ageOf(alert, nowMs) {
  if (isPast(alert)) return shortDay(alert.details.seen_at, alert.raised_at);
  const seconds = secondsSince(alert.raised_at, nowMs);
  return alert.state === "WAITING" || alert.priority === 1 ? runningAge(seconds) : settledAge(seconds);
}

/** One line under a row in work or closed: where, and what is being done or came of it. */
function shortLine(alert, nowMs) {
  const what = { CLOSED: outcomeWords, SHELVED: shelfWords }[alert.state] ?? takenWords;
  return [alert.place, what(alert, nowMs)].filter(Boolean).join(" · ");
}

function shelfWords({ shelved }, nowMs) {
  const left = Math.max(0, -secondsSince(shelved.until, nowMs));
  return t("rail.shelf", { why: t(`shelf.${shelved.reason}`), age: runningAge(left), who: shelved.by });
}

function takenWords(alert) {
  if (alert.kind === "INCIDENT") return incidentWords(alert.details);
  return alert.taken_by ? t("rail.taken-by", { who: alert.taken_by }) : t("rail.taken");
}

function incidentWords({ units, state }) {
  return units.length ? `${units.join(" ")} ${t(`unit.${state}`)}` : t("rail.nobody-sent");
}

function outcomeWords(alert) {
  const key = `outcome.${alert.outcome}`;
  const outcome = has(key) ? t(key) : alert.outcome;
  return t("rail.closed-as", { outcome, time: hourMinuteSecond(alert.closed_at) });
}

function nextWords(alert, nowMs) {
  if (alert.state === "TAKEN") return takenWords(alert);
  const times = alert.count > 1 ? t("rail.times", { n: alert.count }) : "";
  return [times, escalationWords(alert, nowMs)].filter(Boolean).join(" · ");
}

function escalationWords(alert, nowMs) {
  const nextAt = alert.escalation?.next_at;
  if (!nextAt) return "";
  const left = -secondsSince(nextAt, nowMs);
  return left > 0 ? t("rail.escalates-in", { age: runningAge(left) }) : t("rail.escalated");
}

/** Hide whole rows from the bottom until the rest fits, never a call for help nor the chosen one; say how many. */
function trim(root, nodes) {
  const rows = [...root.querySelectorAll(".alert")];
  rows.forEach((row) => show(row, true));
  const isOver = () => root.scrollHeight > root.clientHeight;
  let hidden = 0;
  for (const row of inOrderOfLeaving(rows)) {
    if (!isOver()) break;
    show(row, false);
    hidden += 1;
    const holder = row.closest(".rail-section");
    if (![...holder.querySelectorAll(".alert")].some((other) => !other.hidden)) show(holder, false);
  }
  if (!hidden) return;
  const last = Object.values(nodes).filter((node) => !node.hidden).at(-1);
  if (last) say(part("note", last), t("rail.more", { n: hidden }));
}

/** The rows below the chosen one from the bottom up, then those above it: the most urgent leaves last. */
function inOrderOfLeaving(rows) {
  const at = rows.findIndex((row) => row.classList.contains("is-selected"));
  return [...rows.slice(at + 1).reverse(), ...rows.slice(0, Math.max(0, at)).reverse()]
    .filter((row) => !row.classList.contains("is-p1") || row.classList.contains("is-closed"));
}
