/** The time line: a lane a camera with film, holes, motion and marks; zoomed by wheel or pinch, moved by a drag. */
import { hourMinute, hourMinuteSecond } from "../../wall/dates.js";
import { el, say, show } from "../../wall/dom.js";
import { t } from "../../wall/i18n.js";
import { drawTimeline, laneHeight } from "./timeline_draw.js";
import { dragged, following, inside, msAt, xOf, zoomed } from "./scale.js";
import { gapAt, segmentAt } from "./spans.js";

const ZOOM = 1.25; // of one notch of a wheel
const STILL_PX = 4; // a pointer that moved less than this was a click
const NEAR_PX = 7; // of a mark, to be told its words

/** `onSeek(ms)`. `root` holds the canvas and the words that stand over it. */
export function createTimeline(root, { onSeek }) {
  const canvas = el("canvas", { class: "line-canvas", tabindex: 0, role: "slider" });
  const flag = el("p", { class: "line-flag", hidden: "" });
  root.append(canvas, flag);
  const line = { view: { fromMs: 0, toMs: 1 }, bounds: { fromMs: 0, toMs: 1 }, tracks: [], atMs: 0, span: {} };
  const pointers = new Map();
  let isDragged = false;
  let pinchPx = 0;

  const width = () => canvas.clientWidth || 1;
  const placeOf = (event) => event.clientX - canvas.getBoundingClientRect().left;

  function zoom(factor, x) {
    line.view = zoomed(line.view, factor, x === undefined ? line.atMs : msAt(x, line.view, width()), line.bounds);
    draw();
  }

  function tell(x, y) {
    const ms = msAt(x, line.view, width());
    const track = line.tracks[Math.floor(y / laneHeight(canvas.clientHeight, line.tracks.length))];
    const words = track ? `${hourMinuteSecond(ms)} · ${wordsAt(track, ms, x)}` : hourMinuteSecond(ms);
    show(flag, true);
    say(flag, words);
    const left = Math.min(Math.max(0, x - flag.offsetWidth / 2), width() - flag.offsetWidth);
    flag.style.setProperty("left", `${left}px`);
  }

  function wordsAt(track, ms, x) {
    const mark = track.marks.find(({ atMs }) => Math.abs(xOf(atMs, line.view, width()) - x) <= NEAR_PX);
    if (mark) return `${track.code} · ${t(`mark.${mark.kind}`)} ${mark.label} ${hourMinute(mark.atMs)}`;
    if (segmentAt(track.segments, ms)) return track.code;
    return `${track.code} · ${gapWords(gapAt(track.gaps, ms)?.reason)}`;
  }

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      line.view = dragged(line.view, -(event.deltaX || event.deltaY), width(), line.bounds);
      draw();
    } else {
      zoom(event.deltaY > 0 ? ZOOM : 1 / ZOOM, placeOf(event));
    }
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { startX: placeOf(event), x: placeOf(event) });
    isDragged = false;
    pinchPx = spread();
  });
  canvas.addEventListener("pointermove", (event) => {
    const pointer = pointers.get(event.pointerId);
    if (pointer) drag(pointer, placeOf(event));
    tell(placeOf(event), event.offsetY);
  });
  canvas.addEventListener("pointerup", (event) => {
    const pointer = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (pointer && !isDragged && !pointers.size) onSeek(msAt(pointer.x, line.view, width()));
  });
  canvas.addEventListener("pointercancel", (event) => pointers.delete(event.pointerId));
  canvas.addEventListener("pointerleave", () => show(flag, false));

  function spread() {
    const [one, other] = [...pointers.values()];
    return other ? Math.abs(one.x - other.x) : 0;
  }

  function drag(pointer, x) {
    const movedPx = x - pointer.x;
    if (!isDragged && pointers.size === 1 && Math.abs(x - pointer.startX) < STILL_PX) return;
    isDragged = true;
    pointer.x = x;
    if (pointers.size === 2) {
      const nowPx = spread();
      if (pinchPx > 10 && nowPx > 10) zoom(pinchPx / nowPx, x);
      pinchPx = nowPx;
    } else {
      line.view = dragged(line.view, movedPx, width(), line.bounds);
      draw();
    }
  }

  function draw() {
    drawTimeline(canvas, line);
  }

  return {
    zoom,
    draw,
    /** Another day or other cameras; the view is kept where it still fits. */
    load({ tracks, bounds, view }) {
      Object.assign(line, { tracks, bounds, view: inside(view ?? line.view, bounds) });
      canvas.style.setProperty("--lanes", Math.max(1, tracks.length));
      draw();
    },
    at(ms, span, words) {
      Object.assign(line, { atMs: ms, span, view: pointers.size ? line.view : following(line.view, ms, line.bounds) });
      canvas.setAttribute("aria-valuemin", line.bounds.fromMs);
      canvas.setAttribute("aria-valuemax", line.bounds.toMs);
      canvas.setAttribute("aria-valuenow", Math.round(ms));
      canvas.setAttribute("aria-valuetext", words);
      draw();
    },
  };
}

/** Why there is no film, in words. */
export function gapWords(reason) {
  return reason ? t("play.no-film", { reason: t(`gap.${reason}`) }) : t("play.no-film-yet");
}
