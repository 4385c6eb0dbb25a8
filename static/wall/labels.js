/**
 * Where words stand on the map, so that no tag covers an alarm or another tag. Pure geometry in px.
 *
 * Labels come in order of importance; each takes the first of its places that is free, else the least bad.
 */

const GAP = 14;
const ROUNDS = 40; // four numerals on one bearing are apart to within a degree after thirty

/** Corners of a `width` x `height` label at each side of its anchor: right, left, below, above. */
export function sidesOf({ x, y, width, height, reach = 0 }) {
  const far = GAP + reach;
  return [
    { left: x + far, top: y - height / 2 },
    { left: x - far - width, top: y - height / 2 },
    { left: x - width / 2, top: y + far },
    { left: x - width / 2, top: y - far - height },
    { left: x + far * 0.7, top: y + far * 0.7 },
    { left: x - far * 0.7 - width, top: y - far * 0.7 - height },
    { left: x + far * 0.7, top: y - far * 0.7 - height },
    { left: x - far * 0.7 - width, top: y + far * 0.7 },
  ];
}

/** Places of a name that stands on its point: on it, then a line above or below. */
export function stepsOf({ x, y, width, height }) {
  return [0, -1, 1, -2, 2].map((step) => ({ left: x - width / 2, top: y - height / 2 + step * height }));
}

/**
 * `labels`: [{width, height, places: [{left, top}]}], most important first; `marks`: rectangles kept free;
 * `frame`: the rectangle to stay in. Returns the chosen place of each label and the share of it that is covered.
 */
export function arrange(labels, marks, frame) {
  const taken = [...marks];
  return labels.map((label) => {
    let best = null;
    for (const { left, top } of label.places) {
      const box = { left, top, right: left + label.width, bottom: top + label.height };
      const cost = taken.reduce((sum, other) => sum + overlap(box, other), 0) + outside(box, frame);
      if (!best || cost < best.cost) best = { box, cost };
      if (cost === 0) break;
    }
    taken.push(best.box);
    return { left: best.box.left, top: best.box.top, covered: best.cost / (label.width * label.height) };
  });
}

export function square(x, y, half) {
  return { left: x - half, top: y - half, right: x + half, bottom: y + half };
}

/** Squares along the line between two points, so that no word is put on it. */
export function along(from, to, half) {
  const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / (2 * half)));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    return square(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, half);
  });
}

function overlap(one, other) {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function outside(box, frame) {
  const area = (box.right - box.left) * (box.bottom - box.top);
  return area - overlap(box, frame);
}

/** From an anchor at the origin to the nearest edge of a box: length in px and angle in degrees. */
export function leadTo({ left, top, width, height }) {
  const x = Math.min(Math.max(0, left), left + width);
  const y = Math.min(Math.max(0, top), top + height);
  return { length: Math.hypot(x, y), angle: (Math.atan2(y, x) * 180) / Math.PI };
}

/**
 * Numerals of ranked cameras stand clear of the event they look at: each on its own bearing, at least
 * `least` px from it and `apart` degrees from the next, however near the cameras are. Returns px offsets.
 */
export function callouts(bearings, distances, { least, apart }) {
  const order = bearings.map((bearing, index) => ({ bearing, index })).sort((one, other) => one.bearing - other.bearing);
  for (let round = 0; round < ROUNDS; round += 1) spread(order, apart);
  const offsets = [];
  for (const { bearing, index } of order) {
    const far = Math.max(least, distances[index]);
    const angle = (bearing * Math.PI) / 180;
    offsets[index] = { x: far * Math.sin(angle), y: -far * Math.cos(angle) };
  }
  return offsets;
}

/** Push neighbours apart along the circle; they keep their order, so a pair already crossed is pushed back. */
function spread(order, apart) {
  order.forEach((one, at) => {
    const next = order[(at + 1) % order.length];
    if (next === one) return;
    const between = next.bearing - one.bearing + (at === order.length - 1 ? 360 : 0);
    if (between >= apart) return;
    one.bearing -= (apart - between) / 2;
    next.bearing += (apart - between) / 2;
  });
}
