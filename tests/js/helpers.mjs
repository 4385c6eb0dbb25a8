/** Fixtures and builders that the wall's tests share. */
import { readFileSync } from "node:fs";

import { load } from "../../static/wall/i18n.js";

export function fixture(name) {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf-8"));
}

const MONTHS = {
  th: ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."],
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
};
const AGES = {
  th: { seconds: "{n} วินาที", minutes: "{n} นาที", hours: "{n} ชม.", days: "{n} วัน" },
  en: { seconds: "{n} s", minutes: "{n} min", hours: "{n} h", days: "{n} d" },
};

/** Load the words that dates and ages need. */
export function speak(lang) {
  const months = MONTHS[lang].map((name, index) => [`month.${index + 1}`, name]);
  const ages = Object.entries(AGES[lang]).map(([name, words]) => [`age.${name}`, words]);
  load(Object.fromEntries([...months, ...ages, ["weekday.1", lang === "th" ? "จ." : "Mon"]]), lang);
}

export function event(seq, name, data, { prev = seq - 1, at = "2026-11-23T14:47:13Z" } = {}) {
  return { type: "event", seq, prev, at, name, data };
}

export function alert(id, values = {}) {
  return {
    id, kind: "SOS", priority: 1, state: "WAITING", subject: "SOS ตลาดสด", place: "จุดที่ 1",
    raised_at: "2026-11-23T14:47:00Z", last_at: "2026-11-23T14:47:00Z", count: 1, taken_at: null, taken_by: "",
    escalation: { level: 0, next_at: null }, closed_at: null, outcome: "", lat: 16.82, lon: 100.26,
    incident_id: null, source: { type: "sos_point", id: "SOS-01" }, details: { point: "SOS-01", test: false }, ...values,
  };
}

export function incident(id, values = {}) {
  return {
    id, number: "6911-0001", kind: "SOS", priority: 1, state: "OPEN", subject: "SOS ตลาดสด", place: "จุดที่ 1",
    lat: 16.82, lon: 100.26, opened_at: "2026-11-23T14:47:20Z", closed_at: null, outcome: "", alert_id: 7, units: [], ...values,
  };
}
