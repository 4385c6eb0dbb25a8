/** Priority marks: shape, numeral, then colour. Filled while nobody has answered, hollow once somebody has. */
import { svg } from "./dom.js";

const OCTAGON = "13,2 27,2 38,13 38,27 27,38 13,38 2,27 2,13";
const TRIANGLE = "20,3 38,36 2,36";

/** A 40-unit drawing of priority 1..4. `isFilled` and `onRed` choose the colouring by class. */
export function priorityMark(priority, { isFilled = false, onRed = false } = {}) {
  const names = ["mark", `mark-p${priority}`, isFilled ? "is-filled" : "", onRed ? "is-on-red" : ""];
  const drawing = svg("svg", { class: names.join(" ").trim(), viewBox: "0 0 40 40", "aria-hidden": "true" });
  drawing.append(outline(priority));
  if (priority < 4) drawing.append(numeral(priority));
  return drawing;
}

function outline(priority) {
  if (priority === 1) return svg("polygon", { class: "mark-edge", points: OCTAGON });
  if (priority === 2) return svg("polygon", { class: "mark-edge", points: TRIANGLE });
  if (priority === 3) return svg("rect", { class: "mark-edge", x: 4, y: 4, width: 32, height: 32, rx: 1 });
  return svg("circle", { class: "mark-edge", cx: 20, cy: 20, r: 6 });
}

function numeral(priority) {
  // A triangle carries its weight low, so its numeral sits lower than the middle.
  const y = priority === 2 ? 31 : 27;
  return svg("text", { class: "mark-numeral", x: 20, y, "text-anchor": "middle", text: String(priority) });
}

export function octagon(names) {
  const drawing = svg("svg", { class: names, viewBox: "0 0 40 40", "aria-hidden": "true" });
  drawing.append(svg("polygon", { class: "mark-edge", points: OCTAGON }));
  return drawing;
}

/** A camera as a 56 degree wedge from its lens, pointing up; a dead one is dashed and crossed. */
export function cameraWedge(mood) {
  const drawing = svg("svg", { class: `wedge is-${mood}`, viewBox: "-24 -24 48 48", "aria-hidden": "true" });
  drawing.append(svg("path", { class: "wedge-sight", d: "M0 0 L-9.9 -18.6 A21 21 0 0 1 9.9 -18.6 Z" }));
  if (mood === "dead" || mood === "unknown") {
    drawing.append(svg("path", { class: "wedge-cross", d: "M-4 -4 L4 4 M4 -4 L-4 4" }));
  } else {
    drawing.append(svg("circle", { class: "wedge-lens", cx: 0, cy: 0, r: 3.4 }));
  }
  return drawing;
}

/** Marks of the step list: done, now, waiting. */
export function stepMark(state) {
  const drawing = svg("svg", { class: `step-mark is-${state}`, viewBox: "0 0 24 24", "aria-hidden": "true" });
  if (state === "done") drawing.append(svg("path", { d: "M4 13 L10 19 L20 5" }));
  else if (state === "now") drawing.append(svg("path", { d: "M6 3 L20 12 L6 21 Z" }));
  else drawing.append(svg("circle", { cx: 12, cy: 12, r: 8 }));
  return drawing;
}

export function tickBox(isTicked) {
  const drawing = svg("svg", { class: `tick${isTicked ? " is-ticked" : ""}`, viewBox: "0 0 28 28" });
  drawing.append(svg("rect", { x: 2, y: 2, width: 24, height: 24, rx: 2 }));
  if (isTicked) drawing.append(svg("path", { d: "M7 14 L12 19.5 L21.5 8" }));
  drawing.setAttribute("aria-hidden", "true");
  return drawing;
}

/** Corner brackets around what a ranked camera should be looking at. */
export function brackets() {
  return svg("svg", { class: "brackets", viewBox: "0 0 48 64", "aria-hidden": "true" },
    svg("path", { d: "M2 14 V2 H14 M34 2 H46 V14 M46 50 V62 H34 M14 62 H2 V50" }));
}

export function warningMark() {
  return svg("svg", { class: "warning-mark", viewBox: "0 0 40 40", "aria-hidden": "true" },
    svg("polygon", { points: TRIANGLE }), svg("path", { d: "M20 15 V25 M20 29.5 V32.5" }));
}
