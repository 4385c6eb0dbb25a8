/** The geometry of a camera's view on the map: pure, in [lat, lon] and degrees clockwise from north. */

import { bearingDeg, travel, turnDeg } from "../wall/geo.js";

const STEP_DEG = 6;

/** Outline of what a camera sees, from its stand along the arc and back. */
export function outline({ stand, azimuth, fov, range }) {
  const half = Math.min(fov, 359.9) / 2;
  const arc = [];
  for (let turn = -half; turn < half; turn += STEP_DEG) arc.push(travel(stand, azimuth + turn, range));
  arc.push(travel(stand, azimuth + half, range));
  return fov >= 360 ? arc : [stand, ...arc];
}

/** Where the three handles stand: the axis and both edges, at the end of the range. */
export function handles({ stand, azimuth, fov, range }) {
  const half = Math.min(fov, 180) / 2;
  return {
    axis: travel(stand, azimuth, range),
    left: travel(stand, azimuth - half, range),
    right: travel(stand, azimuth + half, range),
  };
}

/** The view after a handle was dragged to a point; whole degrees, as people write them. */
export function dragged(view, handle, point) {
  if (handle === "stand") return { ...view, stand: point };
  const bearing = bearingDeg(view.stand, point);
  if (handle === "axis") return { ...view, azimuth: Math.round(bearing) % 360 };
  const half = Math.abs(turnDeg(view.azimuth, bearing));
  return { ...view, fov: Math.min(180, Math.max(10, Math.round(half * 2))) };
}
