/** Map marks as Leaflet icons. Each is a small piece of page, so that its style comes from the style sheet. */
import * as L from "../vendor/leaflet-1.9.4/leaflet-src.esm.js";
import { el } from "./dom.js";
import { runningAge, secondsSince } from "./dates.js";
import { t } from "./i18n.js";
import { cameraMood } from "./queries.js";
import { cameraWedge, octagon, priorityMark } from "./shapes.js";

function icon(names, ...children) {
  return L.divIcon({ className: "pin", iconSize: [0, 0], html: el("div", { class: names }, ...children) });
}

export function cameraIcon(camera) {
  const wedge = cameraWedge(cameraMood(camera));
  wedge.style.setProperty("transform", `rotate(${camera.azimuth_deg ?? 0}deg)`);
  return icon("pin-body pin-camera", wedge);
}

export function rankIcon(rank) {
  return icon("pin-body pin-rank", el("b", { text: String(rank) }));
}

export function sosIcon(point) {
  const isDoubtful = point.state !== "OK" && point.state !== "PRESSED";
  const note = isDoubtful ? el("span", { class: "pin-note", text: t(`sos.${point.state}`) }) : null;
  return icon(`pin-body pin-sos${isDoubtful ? " is-doubtful" : ""}`, octagon("pin-octagon"),
    el("span", { class: "pin-label" }, el("span", { text: point.code }), note));
}

export function alertIcon(alert) {
  const isWaiting = alert.state === "WAITING";
  const ring = alert.priority === 1 ? octagon("pin-ring") : null;
  return icon(`pin-body pin-alert is-p${alert.priority}`, ring, priorityMark(alert.priority, { isFilled: isWaiting }));
}

export function unitIcon(unit, isLate, nowMs) {
  const age = isLate ? t("map.unit-late", { age: runningAge(secondsSince(unit.position_at, nowMs)) }) : null;
  return icon(`pin-body pin-unit${isLate ? " is-late" : ""}`, el("i", { class: "pin-dot" }),
    el("span", { class: "pin-tag" }, el("span", { class: "pin-tag-name", text: unit.name }),
      age && el("span", { class: "pin-tag-age", text: age })));
}

export function labelIcon(names, words, turn = 0) {
  const label = el("span", { class: names, text: words });
  if (turn) label.style.setProperty("transform", `translate(-50%, -50%) rotate(${turn.toFixed(1)}deg)`);
  return L.divIcon({ className: "pin", iconSize: [0, 0], html: label });
}
