/** How the time line looks. Grey is well: film is a plain bar, a hole is hatched, marks are shapes before colours. */
import { hourMinute, hourMinuteSecond } from "../../wall/dates.js";
import { joined } from "./spans.js";
import { ticks, xOf } from "./scale.js";

const AXIS_PX = 28;
const PAD_PX = 4;

export function laneHeight(height, count) {
  return (height - AXIS_PX) / Math.max(1, count);
}

export function drawTimeline(canvas, line) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width) return;
  const ratio = devicePixelRatio;
  const [full, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== full || canvas.height !== tall) Object.assign(canvas, { width: full, height: tall });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const look = lookOf(canvas);
  const lane = laneHeight(height, line.tracks.length);
  drawSpan(pen, look, line, width, height);
  line.tracks.forEach((track, at) => drawLane(pen, look, track, { line, width, top: at * lane + PAD_PX, height: lane - 2 * PAD_PX }));
  drawAxis(pen, look, line, width, height);
  drawHead(pen, look, line, width, height);
}

function lookOf(canvas) {
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    film: colour("--line-strong"), motion: colour("--text-2"), ground: colour("--raised"), a: colour("--stale-a"), b: colour("--stale-b"),
    text: colour("--text"), dim: colour("--text-3"), grid: colour("--line"), chosen: colour("--select"), bg: colour("--bg"), font: style.fontFamily,
  };
}

function drawLane(pen, look, track, { line, width, top, height }) {
  const { view } = line;
  const bar = (span, colour, y, tall) => {
    const [from, to] = [xOf(span.beginMs, view, width), xOf(span.endMs, view, width)];
    if (to < 0 || from > width) return;
    pen.fillStyle = colour;
    pen.fillRect(from, y, Math.max(1, to - from), tall);
  };
  pen.fillStyle = look.ground;
  pen.fillRect(0, top, width, height);
  hatch(pen, look, { x: 0, y: top, width, height });
  joined(track.segments).forEach((span) => bar(span, look.film, top, height));
  joined(track.segments, ({ motion }) => motion).forEach((span) => bar(span, look.motion, top, Math.min(5, height / 4)));
  joined(track.segments, ({ held }) => held).forEach((span) => bar(span, look.chosen, top + height - 2, 2));
  track.marks.forEach((mark) => drawMark(pen, look, mark, xOf(mark.atMs, view, width), top + height / 2 + 2));
  name(pen, look, track.code, top + height / 2);
}

/** Holes: the 45 degree hatch that means "nothing known" everywhere. */
function hatch(pen, look, { x, y, width, height }) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.strokeStyle = look.a;
  pen.lineWidth = 3;
  pen.beginPath();
  for (let at = x - height; at < x + width; at += 10) {
    pen.moveTo(at, y + height);
    pen.lineTo(at + height, y);
  }
  pen.stroke();
  pen.restore();
}

function name(pen, look, code, middle) {
  pen.font = `600 14px ${look.font}`;
  pen.textBaseline = "middle";
  pen.textAlign = "left";
  const room = pen.measureText(code).width + 12;
  pen.fillStyle = look.bg;
  pen.globalAlpha = 0.85;
  pen.fillRect(0, middle - 11, room, 22);
  pen.globalAlpha = 1;
  pen.fillStyle = look.text;
  pen.fillText(code, 6, middle + 1);
}

/** An alert is a hollow triangle, a plate read a small upright bar. */
function drawMark(pen, look, { kind }, x, y) {
  pen.lineWidth = 2;
  pen.strokeStyle = look.bg;
  pen.fillStyle = look.text;
  pen.beginPath();
  if (kind === "ALERT") {
    pen.moveTo(x, y - 8);
    pen.lineTo(x + 7, y + 5);
    pen.lineTo(x - 7, y + 5);
    pen.closePath();
  } else {
    pen.rect(x - 1.5, y - 5, 3, 10);
  }
  pen.stroke();
  pen.fill();
}

function drawAxis(pen, look, { view }, width, height) {
  const { step, moments } = ticks(view, width);
  const top = height - AXIS_PX;
  pen.font = `500 13px ${look.font}`;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  for (const ms of moments) {
    const x = Math.round(xOf(ms, view, width)) + 0.5;
    pen.strokeStyle = look.grid;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, top + 5);
    pen.stroke();
    pen.fillStyle = look.dim;
    const words = step < 60_000 ? hourMinuteSecond(ms) : hourMinute(ms);
    const half = pen.measureText(words).width / 2;
    pen.fillText(words, Math.min(Math.max(half, x), width - half), top + AXIS_PX / 2 + 3);
  }
}

/** The span between [ and ]: a frame around it; one end alone is a dashed line. */
function drawSpan(pen, look, { view, span }, width, height) {
  const ends = [span.beginMs, span.endMs].filter((ms) => ms !== null && ms !== undefined).map((ms) => xOf(ms, view, width));
  pen.strokeStyle = look.chosen;
  pen.lineWidth = 2;
  if (ends.length === 2) {
    const [from, to] = [Math.min(...ends), Math.max(...ends)];
    pen.fillStyle = look.chosen;
    pen.globalAlpha = 0.14;
    pen.fillRect(from, 0, to - from, height - AXIS_PX);
    pen.globalAlpha = 1;
    pen.strokeRect(from, 1, to - from, height - AXIS_PX - 2);
  } else if (ends.length === 1) {
    pen.setLineDash([4, 4]);
    pen.beginPath();
    pen.moveTo(ends[0], 0);
    pen.lineTo(ends[0], height - AXIS_PX);
    pen.stroke();
    pen.setLineDash([]);
  }
}

function drawHead(pen, look, { view, atMs }, width, height) {
  const x = Math.round(xOf(atMs, view, width));
  pen.fillStyle = look.chosen;
  pen.fillRect(x - 1.5, 0, 3, height - AXIS_PX + 6);
  pen.beginPath();
  pen.moveTo(x - 7, 0);
  pen.lineTo(x + 7, 0);
  pen.lineTo(x, 9);
  pen.closePath();
  pen.fill();
}
