/** The alarm rail: sections from most to least urgent, each row in its place, the next key printed on it. */
import { el, keycap, keyed, part, say, sayPhrases, show, toggle } from "./dom.js";
import { hourMinuteSecond, runningAge, secondsSince, settledAge } from "./dates.js";
import { has, t } from "./i18n.js";
import { railSections } from "./queries.js";
import { priorityMark } from "./shapes.js";

/** Letters that the subject of each priority has room for at its full size. */
const ROOMY = { 1: 12, 2: 19, 3: 28, 4: 28 };
const SECTIONS = ["pinned", "waiting", "working", "closed"];

export function createRail(root, { onSelect }) {
  const nodes = Object.fromEntries(SECTIONS.map((name) => [name, section(name)]));
  const empty = el("p", { class: "rail-empty" });
  root.append(...Object.values(nodes), empty);
  root.addEventListener("click", (event) => {
    const row = event.target.closest(".alert");
    if (row) onSelect(Number(row.dataset.id));
  });

  return {
    /** `focus` = {selected, next}: ids of the chosen alert and of the one that Space answers. */
    render(state, focus, nowMs) {
      const sections = railSections(state);
      sections.forEach(({ name, alerts }) => renderSection(nodes[name], alerts, focus, nowMs));
      sections.forEach(({ name }, index) => {
        if (root.children[index] !== nodes[name]) root.insertBefore(nodes[name], root.children[index]);
      });
      const isEmpty = sections.every(({ alerts }) => alerts.length === 0);
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

function renderSection(node, alerts, focus, nowMs) {
  const name = node.dataset.section;
  show(node, alerts.length > 0);
  say(part("title", node), t(`rail.${name}`, { n: alerts.length }));
  say(part("note", node), has(`rail.${name}.note`) ? t(`rail.${name}.note`) : "");
  keyed(part("list", node), alerts, (alert) => alert.id, buildRow, (row, alert) => renderRow(row, alert, focus, nowMs));
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

function renderRow(row, alert, focus, nowMs) {
  const isWaiting = alert.state === "WAITING";
  drawMark(row, alert, isWaiting);
  row.className = `alert is-p${alert.priority} is-${alert.state.toLowerCase()}`;
  toggle(row, "is-selected", alert.id === focus.selected);
  toggle(row, "is-long", alert.subject.length > ROOMY[alert.priority]);
  say(part("subject", row), alert.subject);
  say(part("age", row), ageOf(alert, nowMs));
  const isShort = !isWaiting && alert.priority !== 1;
  sayPhrases(part("place", row), isShort ? shortLine(alert) : alert.place);
  const words = isShort ? "" : nextWords(alert, nowMs);
  const isNext = alert.id === focus.next;
  show(part("next", row), Boolean(words) || isNext);
  say(part("words", row), isNext ? [t("act.ack"), words].filter(Boolean).join(" · ") : words);
  capSpace(part("cap", row), isNext);
}

function capSpace(holder, isNext) {
  if (isNext && !holder.firstChild) holder.append(keycap("Space", "Space"));
  if (!isNext && holder.firstChild) holder.replaceChildren();
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
  const seconds = secondsSince(alert.raised_at, nowMs);
  return alert.state === "WAITING" || alert.priority === 1 ? runningAge(seconds) : settledAge(seconds);
}

/** One line under a row in work or closed: where, and what is being done or came of it. */
function shortLine(alert) {
  const what = alert.state === "CLOSED" ? outcomeWords(alert) : takenWords(alert);
  return [alert.place, what].filter(Boolean).join(" · ");
}

function takenWords(alert) {
  return alert.taken_by ? t("rail.taken-by", { who: alert.taken_by }) : t("rail.taken");
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

/** Hide whole rows from the bottom until the rest fits, and say how many more there are. */
function trim(root, nodes) {
  const rows = [...root.querySelectorAll(".alert")];
  rows.forEach((row) => show(row, true));
  const isOver = () => root.scrollHeight > root.clientHeight;
  let hidden = 0;
  for (const row of rows.reverse()) {
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
