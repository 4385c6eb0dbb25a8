/** Moments as people type and read them: Thai days and Buddhist years outside, UTC inside. Times in ms. */
import { hourMinuteSecond, weekdayDay } from "../../wall/dates.js";

const BANGKOK_MS = 7 * 3600 * 1000; // all year, since 1920
export const DAY_MS = 86_400_000;
const FIRST_BUDDHIST_YEAR = 2400;
const MOMENT = /^(?:(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}))?(?:\s+|$))?(?:(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?)?$/;

/** Midnight in Thailand before `ms`. */
export function dayStart(ms) {
  return Math.floor((ms + BANGKOK_MS) / DAY_MS) * DAY_MS - BANGKOK_MS;
}

/** "2026-11-23": the day in Thailand as the server takes it. */
export function isoDay(ms) {
  return new Date(ms + BANGKOK_MS).toISOString().slice(0, 10);
}

/** "จ. 23 พ.ย. 2569 21:47:12.4" */
export function fullMoment(ms) {
  return `${weekdayDay(ms)} ${exactHour(ms)}`;
}

/** "21:47:12.4" */
export function exactHour(ms) {
  const tenths = Math.floor(ms / 100) * 100;
  return `${hourMinuteSecond(tenths)}.${Math.floor((tenths % 1000) / 100)}`;
}

/** A typed moment near `nearMs`: "21:40", "21:40:05", "23/11/2569 21:40"; null where it is none. */
export function parseMoment(text, nearMs) {
  const found = MOMENT.exec(text.trim());
  if (!found || !text.trim()) return null;
  const [day, month, typedYear, hour, minute, second] = found.slice(1).map((part) => (part === undefined ? null : Number(part)));
  const near = new Date(nearMs + BANGKOK_MS);
  const year = typedYear === null ? near.getUTCFullYear() : typedYear >= FIRST_BUDDHIST_YEAR ? typedYear - 543 : typedYear;
  const parts = day === null ? [near.getUTCFullYear(), near.getUTCMonth(), near.getUTCDate()] : [year, month - 1, day];
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return null;
  const local = Date.UTC(...parts, hour ?? 0, minute ?? 0, second ?? 0);
  return new Date(local).getUTCDate() === parts[2] && new Date(local).getUTCMonth() === parts[1] ? local - BANGKOK_MS : null;
}
