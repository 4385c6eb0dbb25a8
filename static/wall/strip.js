/** The truth strip: who is on, how fresh each kind of news is, the heartbeat and the time. */
import { el, part, say, toggle } from "./dom.js";
import { hourMinute, hourMinuteSecond, runningAge, secondsSince, weekdayDay } from "./dates.js";
import { t } from "./i18n.js";
import { cameraCounts, lateUnits, sosCounts } from "./queries.js";

const BARS = 12;
/** Letters of names that fit beside the other chips. */
const ROOMY = 34;

export function createStrip(root) {
  const heart = part("heart", root);
  heart.append(...Array.from({ length: BARS }, () => el("i", { class: "heart-bar" })));
  let beat = -1;
  let heardAt = null;

  return {
    /** One bar for one server message of the second; nothing else ever moves them. */
    beat(at) {
      heardAt = at;
      const second = Math.floor(Date.parse(at) / 1000) % BARS;
      if (second === beat) return;
      beat = second;
      [...heart.children].forEach((bar, index) => toggle(bar, "is-lit", index === beat));
    },
    render(state, status, nowMs) {
      say(part("time", root), hourMinuteSecond(nowMs));
      say(part("date", root), weekdayDay(nowMs));
      renderShift(root, state.shift);
      toggle(heart, "is-still", status.level !== "live");
      for (const chip of chips(state, status, nowMs, heardAt)) renderChip(root, chip);
    },
  };
}

function renderShift(root, shift) {
  const people = peopleWords(shift?.people ?? []);
  say(part("shift-name", root), shift ? t("shift.name", { n: shift.number, hours: hoursOf(shift) }) : t("shift.label"));
  say(part("shift-people", root), people);
}

/** As many names as the strip has room for, then how many more there are. */
export function peopleWords(people) {
  if (!people.length) return t("shift.none");
  const isRoomy = people.join(" · ").length <= ROOMY;
  return isRoomy ? people.join(" · ") : t("shift.more", { name: people[0], n: people.length - 1 });
}

/** "16:00–24:00": a shift ends at 24:00 of its own day, not at 00:00 of the next. */
function hoursOf({ starts_at, ends_at }) {
  const end = hourMinute(ends_at);
  return `${hourMinute(starts_at)}–${end === "00:00" ? "24:00" : end}`;
}

function renderChip(root, { name, value, isLate }) {
  const node = part(`chip-${name}`, root);
  say(part("value", node), value);
  toggle(node, "is-late", isLate);
}

/** Each chip's words. Once the link is late every value is old, so it says of when it is. */
export function chips(state, status, nowMs, heardAt) {
  if (!status.isReady) return ["data", "cameras", "sos", "units"].map((name) => late(name, t("chip.unknown")));
  const isOld = status.level !== "live";
  const asOf = heardAt ? t("chip.as-of", { time: hourMinuteSecond(heardAt) }) : t("chip.unknown");
  return [
    dataChip(status, isOld),
    isOld ? late("cameras", asOf) : camerasChip(state),
    isOld ? late("sos", status.level === "lost" ? t("chip.unknown") : asOf) : sosChip(state),
    isOld ? late("units", asOf) : unitsChip(state, nowMs),
  ];
}

function late(name, value) {
  return { name, value, isLate: true };
}

function dataChip(status, isOld) {
  const seconds = status.silence_ms / 1000;
  if (isOld) return late("data", t("chip.lost", { age: runningAge(seconds) }));
  return { name: "data", value: t("chip.seconds", { n: seconds.toFixed(1) }), isLate: false };
}

function camerasChip(state) {
  const { live, total } = cameraCounts(state);
  return { name: "cameras", value: `${live} / ${total}`, isLate: total > 0 && live === 0 };
}

function sosChip(state) {
  const { total, heard, deaf } = sosCounts(state);
  const count = `${heard} / ${total}`;
  if (deaf.length) return late("sos", t("chip.sos-deaf", { count }));
  const isWell = heard === total && total > 0;
  return { name: "sos", value: isWell ? t("chip.sos-well", { count }) : count, isLate: !isWell };
}

function unitsChip(state, nowMs) {
  const out = Object.values(state.units).filter((unit) => unit.state !== "OFF");
  const old = lateUnits(state, nowMs);
  if (!old.length) return { name: "units", value: t("chip.units", { n: out.length }), isLate: false };
  const age = runningAge(secondsSince(old[0].position_at, nowMs));
  return late("units", t("chip.units-late", { n: old.length, age }));
}
