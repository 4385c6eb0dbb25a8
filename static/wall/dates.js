/**
 * Dates, hours and durations as the station writes them.
 *
 * The screen always shows Thai time, wherever its computer thinks it is. Thailand keeps UTC+7 all year and
 * has had no summer time since 1920, so a fixed shift is exact. Buddhist years exist here and nowhere else.
 */
import { lang, t } from "./i18n.js";

const BANGKOK_MS = 7 * 3600 * 1000;
const BUDDHIST_YEARS = 543;
const YEAR_UNSAID_MS = 300 * 86_400_000;
const NBSP = "\u00a0";

function bangkok(at) {
  return new Date(new Date(at).getTime() + BANGKOK_MS);
}

function two(number) {
  return String(number).padStart(2, "0");
}

/** "21:47:12" */
export function hourMinuteSecond(at) {
  const local = bangkok(at);
  return `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}:${two(local.getUTCSeconds())}`;
}

/** "21:47" */
export function hourMinute(at) {
  return hourMinuteSecond(at).slice(0, 5);
}

/** "23 พ.ย. 2569" in Thai, "23 Nov 2026" in English. */
export function day(at) {
  const local = bangkok(at);
  const year = local.getUTCFullYear() + (lang() === "th" ? BUDDHIST_YEARS : 0);
  return [local.getUTCDate(), t(`month.${local.getUTCMonth() + 1}`), year].join(NBSP);
}

/** "23 พ.ย." while `at` is less than ten months from `near`, so that its year goes without saying; else with it. */
export function shortDay(at, near) {
  const isNear = Math.abs(new Date(at) - new Date(near)) < YEAR_UNSAID_MS;
  return isNear ? day(at).split(NBSP).slice(0, 2).join(NBSP) : day(at);
}

/** "จ. 23 พ.ย. 2569" in Thai, "Mon 23 Nov 2026" in English. */
export function weekdayDay(at) {
  return `${t(`weekday.${bangkok(at).getUTCDay()}`)} ${day(at)}`;
}

/** A running age: "0:04", "12:31", "1:02:31". Never negative: a fast clock reads 0:00. */
export function runningAge(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const tail = two(whole % 60);
  return hours ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** A settled age: running under five minutes, then whole minutes, hours, days with their word. */
export function settledAge(seconds) {
  if (seconds < 300) return runningAge(seconds);
  if (seconds < 3600) return t("age.minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 86400) return t("age.hours", { n: Math.floor(seconds / 3600) });
  return t("age.days", { n: Math.floor(seconds / 86400) });
}

/** An age inside a sentence: "6 วินาที", "4 นาที". */
export function spokenAge(seconds) {
  if (seconds < 60) return t("age.seconds", { n: Math.max(0, Math.round(seconds)) });
  if (seconds < 3600) return t("age.minutes", { n: Math.floor(seconds / 60) });
  return settledAge(seconds);
}

/** Seconds from `at` (ISO text) to `nowMs`; null where nothing was ever heard. */
export function secondsSince(at, nowMs) {
  return at ? (nowMs - Date.parse(at)) / 1000 : null;
}
