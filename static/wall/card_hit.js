/**
 * The hit card: what the camera saw beside what the list says, how sure the reader was of each part, and the
 * two confirmations without which nobody is sent.
 */
import { ageNode } from "./ages.js";
import { ackRow, button, head, label, line, metres, responseRows, shelfLine } from "./card_parts.js";
import { el, keycap, phrases } from "./dom.js";
import { day, hourMinute, hourMinuteSecond, shortDay } from "./dates.js";
import { t } from "./i18n.js";
import { isPast } from "./queries.js";
import { tickBox } from "./shapes.js";
import { CHECKS } from "./steps.js";

/** Per cent; rounding must not turn "almost" into "surely". */
const SUREST = 99.9;

export function buildHit(alert, { steps, ticks }) {
  const { details } = alert;
  const entry = details.entry ?? {};
  const verify = steps.find((step) => step.name === "verify");
  const isSent = verify.state === "done";
  const acts = isSent
    ? [el("ol", { class: "steps" }, ackRow(steps[0]), ...responseRows(steps))]
    : checks(alert, verify, ticks);
  return [
    isPast(alert) ? pastHead(alert) : head(alert, t(`hit.title.${details.level ?? "EXACT"}`)),
    shelfLine(alert),
    isPast(alert) ? line(pastWords(details), "card-past") : null,
    el("div", { class: "card-body" },
      el("div", { class: "known" }, evidence(details, entry), el("div", { class: "facts" }, ...facts(details, entry))),
      el("div", { class: "acts" }, ...acts)),
  ];
}

/** No running age: the day it was seen takes its place. */
function pastHead(alert) {
  const node = head(alert, t("hit.past-title"));
  const { seen_at: seenAt } = alert.details;
  node.querySelector(".card-age").replaceWith(el("span", { class: "card-age", text: shortDay(seenAt, alert.raised_at) }));
  return node;
}

function pastWords({ seen_at: seenAt }) {
  return t("hit.past", { day: day(seenAt), time: hourMinute(seenAt) });
}

function evidence(details, entry) {
  return el("div", { class: "evidence" },
    shot(details.crop_url, t("hit.crop", { time: hourMinuteSecond(details.seen_at) }), "is-crop"),
    shot(details.scene_url, t("hit.scene"), "is-scene"),
    el("figure", { class: "shot" }, plate(entry), el("figcaption", { text: label("category", entry.category ?? "") })));
}

function shot(address, caption, names) {
  const picture = address
    ? el("img", { class: `shot-picture ${names}`, src: address, alt: caption, decoding: "async" })
    : el("span", { class: `shot-picture ${names} is-missing`, text: t("hit.no-picture") });
  return el("figure", { class: "shot" }, picture, el("figcaption", { text: caption }));
}

/** The plate as it looks on the car: number over province; a motorcycle carries three lines. */
export function plate({ text = "", province = "", plate_class: kind = "" }) {
  const isMotorcycle = kind.startsWith("MOTORCYCLE");
  const [, letters, digits] = /^(.*?)(\d{1,4})$/.exec(text) ?? [null, text, ""];
  const name = province ? label("province", province) : t("hit.any-province");
  const lines = isMotorcycle ? [letters, name, digits] : [[letters, digits].filter(Boolean).join(" "), name];
  const names = `plate is-${kind.toLowerCase().replaceAll("_", "-") || "private"}${isMotorcycle ? " is-three" : ""}`;
  return el("div", { class: names }, ...lines.map((words, index) =>
    el("span", { class: words === name && index ? "plate-province" : "plate-number", text: words })));
}

function facts(details, entry) {
  const read = `${details.text} · ${percent(details.text_confidence)}`;
  const province = details.province
    ? `${label("province", details.province)} · ${percent(details.province_confidence)}`
    : t("hit.no-province");
  return [
    fact(t("hit.read"), read, province),
    fact(t("hit.listed"), entry.case ?? "", t("hit.confirmed", { day: dayOf(entry.confirmed_at, details.seen_at) })),
    fact(t("hit.requester"), entry.requester ?? "", t("hit.expires", { day: dayOf(entry.expires_at, details.seen_at) })),
    el("p", { class: "fact" }, el("span", { class: "fact-name", text: t("hit.camera") }),
      el("span", { class: "fact-value" }, ...phrases(`${details.camera} ${details.camera_name}`)),
      ageNode(details.seen_at, "spoken", { class: "fact-side", sentence: "hit.ago" })),
    details.reader ? fact(t("hit.reader"), details.reader, "") : null,
  ];
}

/** How sure the reader was. No reader is ever certain, so it never says more than 99.9 %. */
export function percent(share) {
  return share === null || share === undefined ? t("hit.unknown") : `${Math.min(share * 100, SUREST).toFixed(1)}%`;
}

function dayOf(at, near) {
  return at ? shortDay(at, near) : t("hit.unknown");
}

function fact(name, value, side) {
  return el("p", { class: "fact" }, el("span", { class: "fact-name", text: name }),
    el("span", { class: "fact-value" }, ...phrases(value)), el("span", { class: "fact-side", text: side }));
}

function listedProvince(entry) {
  return entry?.province ? label("province", entry.province) : t("hit.any-province");
}

function checks(alert, verify, ticks) {
  const { details } = alert;
  const words = {
    PROVINCE: t("check.province", { province: listedProvince(details.entry) }),
    VEHICLE: t("check.vehicle", { vehicle: details.entry?.vehicle || t("check.any-vehicle") }),
  };
  const verdicts = (verify.acts ?? []).filter((act) => act.isClosing);
  return [
    el("div", { class: "checks" }, ...CHECKS.map(({ key, code }) =>
      el("button", { class: `check${ticks.has(code) ? " is-ticked" : ""}`, type: "button", role: "checkbox",
        "aria-checked": String(ticks.has(code)), data: { key } },
      tickBox(ticks.has(code)), el("span", { class: "check-words", text: words[code] }), keycap(key, key.slice(3))))),
    el("div", { class: "verdicts" }, ...verdicts.map((act) => button(act, "verdict"))),
    sendRow(verify),
  ];
}

function sendRow({ acts = [], values }) {
  const isReady = acts.some((act) => act.name === "send");
  const words = isReady ? sendWords(values.nearest) : t("hit.send-missing", { n: values.missing });
  return el("button", { class: `send${isReady ? " is-ready" : ""}`, type: "button", data: { key: "Enter" },
    "aria-disabled": String(!isReady) }, el("span", { text: words }), keycap("Enter", "Enter"));
}


/** Who will be sent stands on the key before it is pressed. */
function sendWords(nearest) {
  if (!nearest) return t("hit.open");
  return t("hit.send", { unit: nearest.unit.code, m: metres(nearest.distance_m) });
}
