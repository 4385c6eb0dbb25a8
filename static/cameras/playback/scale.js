/** The time line's scale: which span it shows, where a moment stands on it, and where its ticks are. Pure. */

export const NARROWEST_MS = 20_000;
const STEPS_MS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400].map((seconds) => seconds * 1000);
const TICK_PX = 84; // an hour in words and some air

export function xOf(ms, { fromMs, toMs }, width) {
  return ((ms - fromMs) / (toMs - fromMs)) * width;
}

export function msAt(x, { fromMs, toMs }, width) {
  return fromMs + (x / width) * (toMs - fromMs);
}

/** `view` held inside `bounds`, its length kept where that is possible. */
export function inside(view, bounds) {
  const length = Math.min(Math.max(NARROWEST_MS, view.toMs - view.fromMs), bounds.toMs - bounds.fromMs);
  const fromMs = Math.min(Math.max(view.fromMs, bounds.fromMs), bounds.toMs - length);
  return { fromMs, toMs: fromMs + length };
}

/** Zoomed by `factor` (below 1: nearer), with what stands at `aroundMs` left where it is. */
export function zoomed(view, factor, aroundMs, bounds) {
  const length = Math.min(Math.max(NARROWEST_MS, (view.toMs - view.fromMs) * factor), bounds.toMs - bounds.fromMs);
  const share = (aroundMs - view.fromMs) / (view.toMs - view.fromMs);
  const fromMs = aroundMs - share * length;
  return inside({ fromMs, toMs: fromMs + length }, bounds);
}

export function dragged(view, px, width, bounds) {
  const ms = (px / width) * (view.toMs - view.fromMs);
  return inside({ fromMs: view.fromMs - ms, toMs: view.toMs - ms }, bounds);
}

/** The view moved as little as needed for `ms` to be seen. */
export function following(view, ms, bounds) {
  const length = view.toMs - view.fromMs;
  const margin = length * 0.05;
  if (ms >= view.fromMs && ms <= view.toMs - margin) return view;
  return inside({ fromMs: ms - margin, toMs: ms - margin + length }, bounds);
}

/** Moments at which the line is labelled, on whole steps of Thai time. */
export function ticks({ fromMs, toMs }, width) {
  const most = Math.max(2, Math.floor(width / TICK_PX));
  const step = STEPS_MS.find((size) => (toMs - fromMs) / size <= most) ?? STEPS_MS.at(-1);
  const first = Math.ceil(fromMs / step) * step;
  const count = Math.max(0, Math.floor((toMs - first) / step) + 1);
  return { step, moments: Array.from({ length: count }, (_, at) => first + at * step) };
}
