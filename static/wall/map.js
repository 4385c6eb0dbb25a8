/** The map: a grey drawing of the zone with everything that can be seen or sent, from our own data alone. */
import * as L from "../vendor/leaflet-1.9.4/leaflet-src.esm.js";
import { el, part, say, show, svg, toggle } from "./dom.js";
import { bearingDeg, distanceM, place, travel } from "./geo.js";
import { t } from "./i18n.js";
import { alertIcon, cameraIcon, rankIcon, sosIcon, unitIcon } from "./marks.js";
import { drawGround } from "./ground.js";
import { along, arrange, callouts, leadTo, sidesOf, square, stepsOf } from "./labels.js";
import { calls, lateUnits } from "./queries.js";

const SCALES_M = [200, 100, 500, 50, 1000, 2000];
const SCALE_PX = [48, 220];
const FLY_S = 0.4;
const HOME_ASPECT = 572 / 944;
const MOST_COVERED = 0.01; // a name that has no free place is left out: half a name is worse than none
const LINE_HALF_PX = 4;
const REACHES_REM = [0, 1.75, 3.5, 6, 9]; // how far a tag may step away from its mark
const CONE_SLOPE = 0.2; // half the width of a sight cone where it meets the event, per metre of its length
const CONE_HALF_M = { least: 9, most: 32 };

export function createMap(root, { tiles }) {
  const board = part("map", root);
  const map = L.map(board, {
    zoomControl: false, attributionControl: false, keyboard: false, zoomSnap: 0.1, boxZoom: false,
    fadeAnimation: false, markerZoomAnimation: false,
  }).setView([16.8195, 100.2655], 15);
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, className: "map-tiles" }).addTo(map);
  for (const [name, z] of [["ground", 250], ["cones", 420], ["cameras", 450], ["names", 500], ["marks", 620], ["ranks", 640], ["calls", 660]]) {
    map.createPane(name).style.setProperty("z-index", z);
  }
  const layers = {
    cameras: pins(map, "cameras", cameraIcon, (camera) => `${camera.lat},${camera.lon},${camera.azimuth_deg},${camera.health}`),
    sos: pins(map, "marks", sosIcon, (point) => `${point.lat},${point.lon},${point.state}`),
    units: pins(map, "marks", (unit) => unitIcon(unit, unit.isLate, unit.nowMs), unitLook),
    alerts: pins(map, "calls", alertIcon, (alert) => `${alert.lat},${alert.lon},${alert.state},${alert.priority}`),
    ranks: pins(map, "ranks", (view) => rankIcon(view.rank), (view) => `${view.rank},${view.lat.toFixed(6)},${view.lon.toFixed(6)}`),
  };
  const cones = L.layerGroup().addTo(map);
  let names = [];
  let lineNames = [];
  const view = { isLocked: true, isHome: true, station: null, target: null };
  setLock(true);
  new ResizeObserver(resized).observe(board);
  map.on("moveend zoomend", afterMove);
  map.on("dragstart dblclick", leaveHome);
  board.addEventListener("wheel", () => view.isLocked || leaveHome(), { passive: true });

  function leaveHome() {
    view.isHome = false;
  }

  /** The panel got another size: a view nobody has moved is laid out anew for it. */
  function resized() {
    map.invalidateSize({ animate: false });
    if (view.isHome) fit();
    afterMove();
  }

  function setLock(isLocked) {
    view.isLocked = isLocked;
    for (const name of ["dragging", "scrollWheelZoom", "doubleClickZoom", "touchZoom"]) {
      map[name][isLocked ? "disable" : "enable"]();
    }
    say(part("map-lock", root), t(isLocked ? "map.locked" : "map.unlocked"));
    toggle(part("map-lock", root), "is-open", !isLocked);
  }

  /** The whole zone at the scale of the tall panel; a low panel shows the part with the event in it. */
  function fit() {
    const outline = view.station?.zone ?? [];
    if (!outline.length) return;
    view.isHome = true;
    const bounds = L.latLngBounds(outline);
    const zoom = homeZoom(map, bounds);
    const middle = map.project(bounds.getCenter(), zoom);
    const spot = place(view.target);
    if (spot) middle.y = keptInside(map, bounds, zoom, map.project(spot, zoom).y, middle.y);
    map.setView(map.unproject(middle, zoom), zoom, { animate: false });
  }

  function afterMove() {
    drawScale(root, map);
    drawEdge(root, map, view.target);
    if (view.views) drawRanks(view.target);
    settleLabels();
  }

  function drawRanks(target) {
    view.ranked = drawSight(map, cones, view.views, target);
    layers.ranks.set(view.ranked, (camera) => camera.code);
  }

  function lookAt(target) {
    const isNew = target && target.id !== view.target?.id;
    view.target = target;
    if (isNew && !view.isLocked && place(target)) map.flyTo(place(target), map.getZoom(), { duration: FLY_S });
    drawEdge(root, map, target);
  }

  return {
    toggleLock: () => setLock(!view.isLocked),
    fit,
    /** Bring [lat, lon] into the middle, as somebody asked for it by hand. */
    show(spot) {
      leaveHome();
      map.setView(spot, map.getZoom(), { animate: false });
    },
    centre() {
      if (!place(view.target)) return;
      leaveHome();
      map.setView(place(view.target), map.getZoom(), { animate: false });
    },
    render(state, { target, views }, nowMs) {
      if (state.station && state.station !== view.station) {
        view.station = state.station;
        const { movable, fixed } = drawGround(map, state.station);
        names = movable.map((marker) => ({ marker, isName: true }));
        lineNames = fixed;
        show(part("map-note", root), hasGuesses(state.station));
        view.target = target;
        resized();
      }
      view.views = rankedCameras(state, views);
      drawRanks(target);
      layers.cameras.set(Object.values(state.cameras), (camera) => camera.code);
      const open = openAlerts(state);
      layers.alerts.set(open, (alert) => alert.id);
      layers.sos.set(quietPoints(state, open), (point) => point.code);
      layers.units.set(unitsNow(state, nowMs), (unit) => unit.code);
      lookAt(target);
      settleLabels();
    },
  };

  /** What stands on the panel itself, over the map. */
  function signs() {
    const edge = board.getBoundingClientRect();
    return ["map-note", "map-lock", "map-edge"].map((name) => part(name, root)).filter((node) => !node.hidden)
      .map((node) => node.getBoundingClientRect())
      .map(({ left, top, right, bottom }) => ({
        left: left - edge.left, top: top - edge.top, right: right - edge.left, bottom: bottom - edge.top,
      }));
  }

  /** Tags and names step aside when a mark, the view or a label's size has changed. */
  function settleLabels() {
    // What stands still chooses first; a unit has room around it as it drives.
    const words = [...layers.sos.all(), ...layers.units.all(), ...names];
    const look = words.map(({ look: own }) => own ?? "").join() + layers.alerts.look() + layers.ranks.look() + view.target?.id + map.getBounds().toBBoxString();
    if (look === view.labelLook) return;
    view.labelLook = look;
    const marks = [
      ...layers.alerts.rects(map, (alert) => (alert.priority === 1 ? 2.375 : 1.25)),
      ...layers.ranks.rects(map, () => 1.125), ...layers.units.rects(map, () => 0.5), ...layers.sos.rects(map, () => 1),
    ];
    lineNames.forEach((marker) => hideIfCut(map, marker));
    placeLabels(map, words, [...marks, ...signs(), ...sightLines(map, view.ranked ?? [], view.target)]);
  }
}

/** Room for the lines from each numeral to its camera and from there to the event. */
function sightLines(map, ranked, target) {
  const spot = place(target);
  if (!spot) return [];
  const at = (point) => map.latLngToContainerPoint(point);
  return ranked.flatMap((camera) => [[place(camera), camera.lens], [camera.lens, spot]])
    .flatMap(([from, to]) => along(at(from), at(to), LINE_HALF_PX));
}

/** The name of a road whose middle lies at the edge of the view would be half a name. */
function hideIfCut(map, marker) {
  const node = part("label", marker.getElement());
  const [name, board] = [node.getBoundingClientRect(), map.getContainer().getBoundingClientRect()];
  const isWhole = name.left >= board.left && name.right <= board.right && name.top >= board.top && name.bottom <= board.bottom;
  toggle(node, "is-covered", !isWhole);
}

function remPx() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function placeLabels(map, words, marks) {
  const size = map.getSize();
  const labels = words.map((word) => measured(map, word)).filter((label) => label !== null);
  const frame = { left: 4, top: 4, right: size.x - 4, bottom: size.y - 4 };
  const [tags, names] = [labels.filter(({ isName }) => !isName), labels.filter(({ isName }) => isName)];
  const chosen = arrange(tags, marks, frame);
  tags.forEach((label, index) => moveLabel(label, chosen[index]));
  const lines = tags.flatMap((label, index) => along(label, middleOf(label, chosen[index]), LINE_HALF_PX));
  const taken = tags.map(({ width, height }, index) => boxOf(chosen[index], width, height));
  const named = arrange(names, [...marks, ...taken, ...lines], frame);
  names.forEach((label, index) => moveLabel(label, named[index]));
}

function boxOf({ left, top }, width, height) {
  return { left, top, right: left + width, bottom: top + height };
}

function middleOf({ width, height }, { left, top }) {
  return { x: left + width / 2, y: top + height / 2 };
}

/** A tag that had to go far gets a line to its mark; a name without a free place is left out. */
function moveLabel({ node, isName, x, y, width, height }, { left, top, covered }) {
  const at = { left: Math.round(left - x), top: Math.round(top - y), width, height };
  node.style.setProperty("transform", `translate(${at.left}px, ${at.top}px)`);
  if (isName) {
    toggle(node, "is-covered", covered > MOST_COVERED);
    return;
  }
  const lead = part("lead", node.parentElement);
  const { length, angle } = leadTo(at);
  lead.style.setProperty("width", length > 1.5 * remPx() ? `${length}px` : "0");
  lead.style.setProperty("transform", `rotate(${angle}deg)`);
}

/** A label with its places; null for one whose point is out of view, which is left out. */
function measured(map, { marker, isName }) {
  const node = part("label", marker.getElement());
  const { x, y } = map.latLngToContainerPoint(marker.getLatLng());
  const size = map.getSize();
  const isOut = x < 0 || y < 0 || x > size.x || y > size.y;
  toggle(node, "is-covered", isOut);
  if (isOut) return null;
  const box = { x, y, width: node.offsetWidth, height: node.offsetHeight };
  return { node, isName, ...box, places: isName ? stepsOf(box) : REACHES_REM.flatMap((reach) => sidesOf({ ...box, reach: reach * remPx() })) };
}

function hasGuesses({ communities = [], places = [] }) {
  return [...communities, ...places].some((spot) => spot.to_be_confirmed);
}

/** Zoom at which `bounds` fits the panel as it is while nothing calls, 944 x 572 with a margin. */
function homeZoom(map, bounds) {
  const width = map.getSize().x;
  const size = L.bounds([map.project(bounds.getNorthWest(), 15), map.project(bounds.getSouthEast(), 15)]).getSize();
  const share = Math.min((width * 0.97) / size.x, (width * HOME_ASPECT * 0.95) / size.y);
  return Math.floor((15 + Math.log2(share)) * 10) / 10;
}

/** The y of the view's middle nearest to `wanted` that shows no more than needed beyond `bounds`. */
function keptInside(map, bounds, zoom, wanted, middle) {
  const half = map.getSize().y / 2;
  const [top, bottom] = [map.project(bounds.getNorthWest(), zoom).y, map.project(bounds.getSouthEast(), zoom).y];
  return bottom - top <= 2 * half ? middle : Math.min(bottom - half, Math.max(top + half, wanted));
}

/** Markers kept by key: made, moved or redrawn only when their look changes. */
function pins(map, pane, draw, lookOf) {
  const held = new Map();
  return {
    all: () => [...held.values()],
    look: () => [...held.values()].map(({ look }) => look).join(";"),
    /** Squares around the marks, `halfOf(thing)` rem to each side. */
    rects: (ground, halfOf) => [...held.values()].map(({ marker, thing }) => {
      const { x, y } = ground.latLngToContainerPoint(marker.getLatLng());
      return square(x, y, halfOf(thing) * remPx());
    }),
    set(things, keyOf) {
      const placed = things.filter((thing) => place(thing));
      const keys = new Set(placed.map(keyOf));
      for (const [key, pin] of held) if (!keys.has(key)) { pin.marker.remove(); held.delete(key); }
      for (const thing of placed) {
        const look = lookOf(thing);
        const pin = held.get(keyOf(thing));
        if (pin?.look === look) continue;
        pin?.marker.remove();
        // A call for help lies over lesser marks, wherever they stand.
        const zIndexOffset = 10_000 * (4 - (thing.priority ?? 4));
        const marker = L.marker(place(thing), { icon: draw(thing), pane, interactive: false, keyboard: false, zIndexOffset });
        held.set(keyOf(thing), { look, thing, marker: marker.addTo(map) });
      }
    },
  };
}

function unitLook(unit) {
  const age = unit.isLate ? Math.floor(unit.nowMs / 1000) : 0;
  return `${unit.lat},${unit.lon},${unit.state},${age}`;
}

function unitsNow(state, nowMs) {
  const late = new Set(lateUnits(state, nowMs).map((unit) => unit.code));
  return Object.values(state.units)
    .filter((unit) => unit.state !== "OFF")
    .map((unit) => ({ ...unit, isLate: late.has(unit.code), nowMs }));
}

function openAlerts(state) {
  return calls(state).filter((alert) => alert.state !== "CLOSED" && alert.priority < 4);
}

/** SOS points that no open alert stands on already. */
function quietPoints(state, open) {
  const calling = new Set(open.filter((alert) => alert.kind === "SOS").map((alert) => alert.details?.point));
  return Object.values(state.sos).filter((point) => !calling.has(point.code));
}

function rankedCameras(state, views) {
  return (views ?? [])
    .map((view) => ({ ...state.cameras[view.code], rank: view.rank, code: view.code }))
    .filter((camera) => place(camera));
}

/** Sight cones to the event, and each numeral clear of it with a line to where its camera stands. */
function drawSight(map, group, ranked, target) {
  group.clearLayers();
  const spot = place(target);
  if (!spot) return [];
  const middle = map.latLngToLayerPoint(spot);
  const lenses = ranked.map(place);
  const bearings = lenses.map((lens) => bearingDeg(spot, lens));
  const far = lenses.map((lens) => map.latLngToLayerPoint(lens).distanceTo(middle));
  const offsets = callouts(bearings, far, { least: 4.25 * remPx(), apart: 38 });
  return ranked.map((camera, index) => {
    const at = map.layerPointToLatLng(middle.add([offsets[index].x, offsets[index].y]));
    drawCone(group, lenses[index], spot);
    if (far[index] < 4 * remPx()) L.polyline([at, lenses[index]], { pane: "cones", className: "leader", interactive: false }).addTo(group);
    return { ...camera, lens: lenses[index], lat: at.lat, lon: at.lng };
  });
}

function drawCone(group, lens, spot) {
  const far = distanceM(lens, spot);
  if (far < CONE_HALF_M.least) return;
  const half = Math.min(CONE_HALF_M.most, Math.max(CONE_HALF_M.least, far * CONE_SLOPE));
  const ends = [90, -90].map((side) => travel(spot, bearingDeg(lens, spot) + side, half));
  L.polygon([lens, ...ends], { pane: "cones", className: "cone", interactive: false }).addTo(group);
}

function drawScale(root, map) {
  const middle = map.getCenter();
  const one = travel([middle.lat, middle.lng], 90, 1000);
  const pxPerKm = map.latLngToContainerPoint(one).x - map.latLngToContainerPoint(middle).x;
  const fits = (metres) => (pxPerKm * metres) / 1000 > SCALE_PX[0] && (pxPerKm * metres) / 1000 < SCALE_PX[1];
  const metres = SCALES_M.find(fits) ?? SCALES_M.at(-1);
  part("map-scale", root).style.setProperty("width", `${(pxPerKm * metres) / 1000}px`);
  say(part("map-scale-words", root), t("map.metres", { n: metres }));
}

/** A locked view stays; an arrow on its edge points at an event outside it. */
function drawEdge(root, map, target) {
  const node = part("map-edge", root);
  const spot = place(target);
  const size = map.getSize();
  const point = spot && map.latLngToContainerPoint(spot);
  const isOut = Boolean(point) && (point.x < 0 || point.y < 0 || point.x > size.x || point.y > size.y);
  show(node, isOut);
  if (!isOut) return;
  if (!node.firstChild) node.append(edgeArrow(), el("span", { data: { part: "edge-words" } }));
  const [dx, dy] = [point.x - size.x / 2, point.y - size.y / 2];
  say(part("edge-words", node), target.subject);
  const [wide, high] = [node.offsetWidth / 2 + 8, node.offsetHeight / 2 + 8];
  const reach = Math.min((size.x / 2 - wide) / Math.abs(dx || 1), (size.y / 2 - high) / Math.abs(dy || 1));
  node.style.setProperty("transform", `translate(${size.x / 2 + dx * reach}px, ${size.y / 2 + dy * reach}px) translate(-50%, -50%)`);
  node.firstChild.style.setProperty("transform", `rotate(${(Math.atan2(dx, -dy) * 180) / Math.PI}deg)`);
}

function edgeArrow() {
  return svg("svg", { class: "edge-arrow", viewBox: "0 0 40 40", "aria-hidden": "true" },
    svg("path", { d: "M20 4 L34 34 L20 26 L6 34 Z" }));
}
