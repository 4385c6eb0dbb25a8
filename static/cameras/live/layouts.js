/** Which cameras a layout shows, in which order, and how that stands in the page's address. Pure. */
import { cameraMood } from "../../wall/queries.js";

export const LAYOUTS = [4, 9, 16, 36];
export const SHEET = "all";
export const GROUPINGS = ["street", "owner", "health"];
const MOODS = ["dead", "late", "unknown", "live"]; // those that need somebody first

/** The choice that an address makes; whatever it says wrongly is left at its first value. */
export function readAddress(search) {
  const asked = new URLSearchParams(search);
  const by = GROUPINGS.includes(asked.get("by")) ? asked.get("by") : "street";
  const page = Number(asked.get("page"));
  return {
    layout: asked.get("layout") === SHEET ? SHEET : LAYOUTS.find((count) => String(count) === asked.get("layout")) ?? LAYOUTS[0],
    by,
    of: asked.get("of") ?? "",
    cameras: (asked.get("cameras") ?? "").split(",").filter(Boolean),
    page: Number.isInteger(page) && page > 0 ? page : 0,
    big: asked.get("big") ?? "",
  };
}

/** The address of a choice, without what goes without saying. */
export function writeAddress({ layout, by, of, cameras, page, big }) {
  const parts = [["layout", layout]];
  if (cameras.length) parts.push(["cameras", cameras.join(",")]);
  else if (of || by !== "street") parts.push(["by", by], ["of", of]);
  if (page) parts.push(["page", page]);
  if (big) parts.push(["big", big]);
  const words = parts.filter(([, value]) => value !== "").map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return `?${words.join("&")}`;
}

export function groupValue(camera, by) {
  if (by === "health") return cameraMood(camera);
  // Thai has no spaces inside a name: the first word of a site is its street, junction or community.
  return (by === "owner" ? camera.owner : camera.site.trim().split(/\s+/)[0]) || "-";
}

/** Groups with their cameras; health in the order of need, the others by name, the nameless last. */
export function groupsOf(cameras, by) {
  const found = new Map();
  for (const camera of inOrder(cameras)) {
    const value = groupValue(camera, by);
    found.set(value, [...(found.get(value) ?? []), camera]);
  }
  const groups = [...found].map(([value, members]) => ({ value, cameras: members }));
  return groups.sort((one, other) => (by === "health"
    ? MOODS.indexOf(one.value) - MOODS.indexOf(other.value)
    : (one.value === "-") - (other.value === "-") || one.value.localeCompare(other.value, "th")));
}

/** The zone's first, each by code: an order that never changes by itself. */
export function inOrder(cameras) {
  return [...cameras].sort((one, other) => Number(other.in_zone) - Number(one.in_zone) || one.code.localeCompare(other.code));
}

/** All cameras of a choice: those picked by hand in the order of picking, else those of the group. */
export function chosenCameras(cameras, { cameras: picked, by, of }) {
  if (picked.length) {
    const known = new Map(cameras.map((camera) => [camera.code, camera]));
    return picked.map((code) => known.get(code)).filter(Boolean);
  }
  return inOrder(of ? cameras.filter((camera) => groupValue(camera, by) === of) : cameras);
}

/** What one screen of a layout shows; a page beyond the last begins again. */
export function pageOf(list, { layout, page }) {
  const pages = Math.max(1, Math.ceil(list.length / layout));
  const at = page % pages;
  return { shown: list.slice(at * layout, (at + 1) * layout), page: at, pages };
}

/** Cameras that fit every word of `text` in code, name, owner or street. */
export function matching(cameras, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return cameras.filter((camera) => {
    const about = `${camera.code} ${camera.name} ${camera.owner} ${camera.site}`.toLowerCase();
    return words.every((word) => about.includes(word));
  });
}

/** `code` put into the picked ones, or taken out. */
export function togglePicked(picked, code) {
  return picked.includes(code) ? picked.filter((other) => other !== code) : [...picked, code];
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

/** The place that an arrow key leads to from place `at` in a grid of `count` with so many `columns`. */
export function moved(at, key, { columns, count }) {
  if (at < 0) return count ? 0 : -1;
  const next = at + (STEPS[key] ?? (key === "ArrowUp" ? -columns : columns));
  return next < 0 || next >= count ? at : next;
}

/** Columns of a layout on a screen so many px wide: what a phone shows is two wide at most. */
export function columnsOf(layout, width) {
  const full = Math.sqrt(layout);
  if (width >= 900) return full;
  return layout === LAYOUTS[0] ? 1 : 2;
}
