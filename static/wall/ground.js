/** What does not move on the map: the zone, roads, water, communities and places, all from the station file. */
import * as L from "../vendor/leaflet-1.9.4/leaflet-src.esm.js";
import { bearingDeg, distanceM } from "./geo.js";
import { t } from "./i18n.js";
import { labelIcon } from "./marks.js";

export function drawGround(map, station) {
  const ground = { pane: "ground", interactive: false };
  for (const line of station.lines ?? []) {
    L.polyline(line.points, { ...ground, className: `line line-${line.kind.toLowerCase().replaceAll("_", "-")}` }).addTo(map);
    if (line.name) nameLine(map, line);
  }
  if (station.zone?.length) L.polygon(station.zone, { ...ground, className: "zone", fill: false }).addTo(map);
  for (const community of station.communities ?? []) {
    const words = community.to_be_confirmed ? t("map.to-confirm", { name: community.name }) : community.name;
    put(map, [community.lat, community.lon], labelIcon("map-name is-community", words));
  }
  for (const spot of station.places ?? []) put(map, [spot.lat, spot.lon], labelIcon("map-name is-place", spot.name));
}

function put(map, at, icon) {
  L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }).addTo(map);
}

/** The name lies along the longest straight part of its line, never upside down. */
function nameLine(map, { name, points }) {
  const parts = points.slice(1).map((end, index) => [points[index], end]);
  const [from, to] = parts.reduce((best, pair) => (distanceM(...pair) > distanceM(...best) ? pair : best));
  const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const turn = bearingDeg(from, to) - 90;
  const upright = ((((turn + 90) % 180) + 180) % 180) - 90;
  put(map, middle, labelIcon("map-name is-line", name, upright));
}
