/** What does not move on the map: the zone, roads, water, communities and places, all from the station file. */
import * as L from "../vendor/leaflet-1.9.4/leaflet-src.esm.js";
import { bearingDeg, distanceM } from "./geo.js";
import { labelIcon } from "./marks.js";

/** Draws all of it; returns the names: {movable: [marker] may step aside, fixed: [marker] lie along their line}. */
export function drawGround(map, station) {
  const fixed = [];
  const ground = { pane: "ground", interactive: false };
  for (const line of station.lines ?? []) {
    L.polyline(line.points, { ...ground, className: `line line-${line.kind.toLowerCase().replaceAll("_", "-")}` }).addTo(map);
    if (line.name) fixed.push(nameLine(map, line));
  }
  if (station.zone?.length) L.polygon(station.zone, { ...ground, className: "zone", fill: false }).addTo(map);
  const movable = [
    ...(station.communities ?? []).map((spot) => nameSpot(map, spot, "is-community")),
    ...(station.places ?? []).map((spot) => nameSpot(map, spot, "is-place")),
  ];
  return { movable, fixed };
}

/** A place that nobody has confirmed on the ground is named with a dotted line, as the corner of the map says. */
function nameSpot(map, spot, kind) {
  const names = `map-name ${kind}${spot.to_be_confirmed ? " is-guess" : ""}`;
  return put(map, [spot.lat, spot.lon], labelIcon(names, spot.name));
}

function put(map, at, icon) {
  return L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }).addTo(map);
}

/** The name lies along the longest straight part of its line, never upside down. */
function nameLine(map, { name, points }) {
  const parts = points.slice(1).map((end, index) => [points[index], end]);
  const [from, to] = parts.reduce((best, pair) => (distanceM(...pair) > distanceM(...best) ? pair : best));
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const turn = bearingDeg(from, to) - 90;
  const upright = ((((turn + 90) % 180) + 180) % 180) - 90;
  return put(map, middle, labelIcon("map-name is-line", name, upright));
}
