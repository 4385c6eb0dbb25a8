/** The map beside a camera's fields: what it shows can be dragged, and the fields follow both ways. */

import { circleMarker, divIcon, layerGroup, map as newMap, marker, polygon, polyline } from "../vendor/leaflet-1.9.4/leaflet-src.esm.js";
import { dragged, handles, outline } from "./wedge.js";

const FIELDS = { lat: "lat", lon: "lon", azimuth: "azimuth_deg", fov: "fov_deg", range: "range_m" };

export function startMap(box) {
  const data = JSON.parse(document.getElementById("camera-map-data").textContent);
  const inputs = Object.fromEntries(
    Object.entries(FIELDS).map(([name, field]) => [name, document.getElementById(`id_${field}`)]),
  );
  const map = newMap(box, { attributionControl: false, scrollWheelZoom: false, maxZoom: 20, minZoom: 10 });
  box.querySelector(".leaflet-control-zoom-in")?.setAttribute("title", box.dataset.zoomIn);
  box.querySelector(".leaflet-control-zoom-out")?.setAttribute("title", box.dataset.zoomOut);
  drawGround(map, data);
  const view = new View(map, box, inputs);
  view.read();
  if (view.now) map.fitBounds(outline(view.now), { maxZoom: 19, padding: [16, 16], animate: false });
  else showZone(map, data);
  map.on("click", (event) => view.placeIfNowhere([event.latlng.lat, event.latlng.lng]));
  for (const input of Object.values(inputs)) input?.addEventListener("input", () => view.read());
  box.closest("form").addEventListener("reset", () => setTimeout(() => view.read()));
}

function drawGround(map, data) {
  for (const points of data.lines) polyline(points, { className: "ground-line", interactive: false }).addTo(map);
  if (data.zone.length) polygon(data.zone, { className: "ground-zone", interactive: false }).addTo(map);
  for (const [code, lat, lon] of data.others) {
    circleMarker([lat, lon], { radius: 5, className: "other-camera", interactive: false })
      .bindTooltip(code, { permanent: true, direction: "right", className: "other-code", offset: [4, 0] })
      .addTo(map);
  }
}

function showZone(map, { zone, box }) {
  map.fitBounds(zone.length ? zone : [[box.south, box.west], [box.north, box.east]]);
}

/** The camera's own marks, and the fields they stand for. */
class View {
  constructor(map, box, inputs) {
    this.map = map;
    this.box = box;
    this.inputs = inputs;
    this.now = null;
    this.layer = layerGroup().addTo(map);
    this.marks = {};
  }

  read() {
    const number = (name) => parseFloat(this.inputs[name]?.value);
    const stand = [number("lat"), number("lon")];
    if (!stand.every((value) => Number.isFinite(value)) || Math.abs(stand[0]) > 85) return this.clear();
    const or = (value, fallback) => (Number.isFinite(value) ? value : fallback);
    this.now = { stand, azimuth: or(number("azimuth"), 0), fov: or(number("fov"), 70), range: or(number("range"), 40) };
    this.draw();
  }

  placeIfNowhere(point) {
    if (this.now) return;
    this.write({ stand: point, azimuth: 0, fov: 70, range: 40 });
    this.read();
  }

  clear() {
    this.now = null;
    this.marks = {};
    this.layer.clearLayers();
  }

  draw() {
    if (!this.marks.stand) this.make();
    const places = { stand: this.now.stand, ...handles(this.now) };
    for (const [name, place] of Object.entries(places)) this.marks[name].setLatLng(place);
    this.marks.wedge.setLatLngs(outline(this.now));
    this.marks.sight.setLatLngs([this.now.stand, places.axis]);
    this.marks.axis.setTooltipContent(`${Math.round(this.now.azimuth)}°`);
  }

  make() {
    const marks = {
      wedge: polygon([], { className: "wedge", interactive: false }),
      sight: polyline([], { className: "sight", interactive: false }),
      left: this.handle("left", 14),
      right: this.handle("right", 14),
      axis: this.handle("axis", 18),
      stand: this.handle("stand", 18),
    };
    this.marks = marks;
    marks.axis.setLatLng(this.now.stand).bindTooltip("", { permanent: true, direction: "right", className: "turn-label", offset: [10, 0] });
    for (const mark of Object.values(marks)) {
      if (mark.getLatLng && !mark.getLatLng()) mark.setLatLng(this.now.stand);
      mark.addTo(this.layer);
    }
  }

  handle(name, size) {
    const title = { stand: "stand", axis: "turn", left: "left", right: "right" }[name];
    const icon = divIcon({ className: `handle handle-${name}`, iconSize: [size, size] });
    const mark = marker(this.now.stand, { icon, draggable: true, title: this.box.dataset[title], keyboard: false });
    mark.on("drag", () => {
      const { lat, lng } = mark.getLatLng();
      this.now = dragged(this.now, name, [lat, lng]);
      this.write(this.now);
      this.draw();
    });
    return mark;
  }

  /** Into the fields, and tell whoever listens to them. */
  write({ stand, azimuth, fov, range }) {
    const texts = { lat: stand[0].toFixed(6), lon: stand[1].toFixed(6), azimuth, fov, range };
    for (const [name, text] of Object.entries(texts)) {
      const input = this.inputs[name];
      if (input && Number(input.value) !== Number(text)) {
        input.value = String(text);
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  }
}
