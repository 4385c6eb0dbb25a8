/** Map marks as Leaflet icons. Each is a small piece of page, so that its style comes from the style sheet. */
import * as L from "../vendor/leaflet-1.9.4/leaflet-src.esm.js";
import { el } from "./dom.js";
import { runningAge, secondsSince } from "./dates.js";
import { t } from "./i18n.js";
import { cameraMood } from "./queries.js";
import { cameraWedge, octagon, priorityMark } from "./shapes.js";

/** A mark centred on its point, with an optional label that the map puts where there is room. */
function icon(names, marks, label = null) {
  const body = el("div", { class: `pin-body ${names}` }, ...marks);
  const lead = label && el("i", { class: "pin-lead", data: { part: "lead" } });
  return L.divIcon({ className: "pin", iconSize: [0, 0], html: el("div", {}, lead, body, label) });
}

export function cameraIcon(camera) {
  const wedge = cameraWedge(cameraMood(camera));
  wedge.style.setProperty("transform", `rotate(${camera.azimuth_deg ?? 0}deg)`);
  return icon("pin-camera", [wedge]);
}

export function rankIcon(rank) {
  return icon("pin-rank", [el("b", { text: String(rank) })]);
}

export function sosIcon(point) {
  const isDoubtful = point.state !== "OK" && point.state !== "PRESSED";
  const note = isDoubtful ? el("span", { class: "pin-note", text: t(`sos.${point.state}`) }) : null;
  const label = el("span", { class: "pin-label", data: { part: "label" } }, el("span", { text: point.code }), note);
  return icon(`pin-sos${isDoubtful ? " is-doubtful" : ""}`, [octagon("pin-octagon")], label);
}

export function alertIcon(alert) {
  const isWaiting = alert.state === "WAITING";
  const ring = alert.priority === 1 ? octagon("pin-ring") : null;
  const mark = priorityMark(alert.priority, { isFilled: isWaiting });
  return icon(`pin-alert is-p${alert.priority}`, ring ? [ring, mark] : [mark]);
}

export function unitIcon(unit, isLate, nowMs) {
  const age = isLate ? t("map.unit-late", { age: runningAge(secondsSince(unit.position_at, nowMs)) }) : null;
  const label = el("span", { class: `pin-tag${isLate ? " is-late" : ""}`, data: { part: "label" } },
    el("span", { class: "pin-tag-name", text: unit.code }), age && el("span", { class: "pin-tag-age", text: age }));
  return icon("pin-unit", [el("i", { class: "pin-dot" })], label);
}

export function labelIcon(names, words, turn = 0) {
  const label = el("span", { class: names, text: words, data: { part: "label" } });
  if (turn) label.style.setProperty("transform", `translate(-50%, -50%) rotate(${turn.toFixed(1)}deg)`);
  return L.divIcon({ className: "pin", iconSize: [0, 0], html: label });
}
