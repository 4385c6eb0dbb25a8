/** Short distances on the ground. Positions are [lat, lon] in WGS 84 degrees, bearings clockwise from north. */

const EARTH_M = 6371008.8; // mean radius, IUGG
const DEGREE = Math.PI / 180;

/** Metres east and north of `origin`; flat-earth error is below 0.1 % over the 30 km of a station. */
function offsetM(origin, point) {
  const east = (point[1] - origin[1]) * DEGREE * EARTH_M * Math.cos(origin[0] * DEGREE);
  const north = (point[0] - origin[0]) * DEGREE * EARTH_M;
  return [east, north];
}

export function distanceM(from, to) {
  return Math.hypot(...offsetM(from, to));
}

export function bearingDeg(from, to) {
  const [east, north] = offsetM(from, to);
  return (Math.atan2(east, north) / DEGREE + 360) % 360;
}

/** Signed angle from `axis` to `bearing` in -180..180: negative is left of the axis. */
export function turnDeg(axis, bearing) {
  return ((bearing - axis + 540) % 360) - 180;
}

/** The point `metres` away from `origin` along `bearing`. */
export function travel(origin, bearing, metres) {
  const north = (metres * Math.cos(bearing * DEGREE)) / (EARTH_M * DEGREE);
  const east = (metres * Math.sin(bearing * DEGREE)) / (EARTH_M * DEGREE * Math.cos(origin[0] * DEGREE));
  return [origin[0] + north, origin[1] + east];
}

export function place(thing) {
  return thing && thing.lat !== null && thing.lon !== null && thing.lat !== undefined
    ? [thing.lat, thing.lon]
    : null;
}
