/**
 * The contact sheet: every camera has a fixed cell, so a hole has an address. Two blocks of ten rows, the zone
 * on the left. Drawn on one canvas: 183 picture elements would cost more than the pictures are worth.
 */
import { el, part, rebuild, say, toggle } from "./dom.js";
import { runningAge, settledAge } from "./dates.js";
import { t } from "./i18n.js";
import { cameraCounts, cameraMood } from "./queries.js";

const ROWS = 10;
const CELL = { width: 45, height: 26, pitchX: 48, pitchY: 28.8 }; // px at 1920
const BLOCK_GAP = 14;
const EVERY_MS = 2000;

/** Read the sheet's body: 4-byte length, JSON head, then JPEG bytes that the head's tiles point into. */
export function parseSheet(buffer) {
  const length = new DataView(buffer).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = 4 + length;
  const tiles = head.tiles.map((tile) => ({
    code: tile.code,
    at_ms: tile.at_ms,
    jpeg: buffer.slice(start + tile.offset, start + tile.offset + tile.length),
  }));
  return { at: head.at, ages: head.ages, tiles };
}

/** Cells in reading order: [{code, camera, column, row, block}], zone first, each block filled row by row. */
export function arrange(cameras) {
  const sorted = Object.values(cameras).sort((one, other) => one.code.localeCompare(other.code));
  const blocks = [sorted.filter((camera) => camera.in_zone), sorted.filter((camera) => !camera.in_zone)];
  const columns = blocks.map((block) => Math.ceil(block.length / ROWS));
  const cells = blocks.flatMap((block, index) => block.map((camera, at) => ({
    camera, block: index, column: at % columns[index], row: Math.floor(at / columns[index]),
  })));
  return { cells, columns };
}

export function createSheet(root, { api, clock }) {
  const canvas = part("sheet-canvas", root);
  const pictures = new Map();
  let since = 0;

  async function refresh() {
    try {
      const sheet = parseSheet(await api.sheet(since));
      await Promise.all(sheet.tiles.map(keep));
      since = Date.parse(sheet.at);
    } catch {
      // The thumbnails stay and age: each cell says by itself how old it is.
    }
    setTimeout(refresh, EVERY_MS);
  }

  async function keep({ code, at_ms, jpeg }) {
    const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" })).catch(() => null);
    if (!bitmap) return;
    pictures.get(code)?.bitmap.close();
    pictures.set(code, { bitmap, at_ms });
  }

  return {
    start: () => { refresh(); },
    /** `asOf`: the hour of the last news, in words, while the link is late; else empty. */
    render(state, { isFolded, asOf }) {
      const isLate = asOf !== "";
      const note = isLate ? t("sheet.as-of", { time: asOf }) : isFolded ? t("sheet.folded") : "";
      renderHead(root, state, note || holeWords(state, pictures, clock.now()));
      toggle(root, "is-late", isLate);
      if (!isFolded) draw(canvas, state, pictures, { nowMs: clock.now(), isLate });
    },
  };
}

function renderHead(root, state, note) {
  const counts = cameraCounts(state);
  rebuild(part("sheet-counts", root), JSON.stringify(counts), () => ["total", "live", "late", "dead", "unknown"]
    .filter((name) => name !== "unknown" || counts.unknown)
    .map((name) => el("span", { class: `count is-${name}` }, `${t(`sheet.${name}`)} `, el("b", { text: String(counts[name]) }))));
  say(part("sheet-note", root), note);
}

/** Which cameras are dark, and the oldest picture: what w0 digits on the cells say, once more in words. */
function holeWords(state, pictures, nowMs) {
  const dead = Object.values(state.cameras).filter((camera) => cameraMood(camera) === "dead").map((camera) => camera.code);
  const shown = dead.sort().slice(0, 4).join(" ");
  const first = dead.length > 4 ? t("sheet.dead-more", { codes: shown, n: dead.length - 4 }) : t("sheet.dead-list", { codes: shown });
  const late = Object.values(state.cameras)
    .filter((camera) => cameraMood(camera) !== "dead" && pictures.has(camera.code))
    .map((camera) => ({ code: camera.code, age: (nowMs - pictures.get(camera.code).at_ms) / 1000 }))
    .filter(({ age }) => age > state.promises.thumbnail_s)
    .sort((one, other) => other.age - one.age);
  const second = late.length ? t("sheet.oldest", { code: late[0].code, age: settledAge(late[0].age) }) : "";
  return [dead.length ? first : "", second].filter(Boolean).join(" · ");
}

function draw(canvas, state, pictures, { nowMs, isLate }) {
  const box = canvas.getBoundingClientRect();
  if (!box.width) return;
  const ratio = window.devicePixelRatio;
  const [width, height] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  // Kept in main memory: a graphics process that restarts would leave the sheet empty until somebody looks.
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const { cells, columns } = arrange(state.cameras);
  const needed = (columns[0] + columns[1]) * CELL.pitchX + BLOCK_GAP;
  const scale = Math.min(width / needed, height / (ROWS * CELL.pitchY));
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width / scale, height / scale);
  const look = lookOf(canvas);
  for (const cell of cells) {
    const x = cell.column * CELL.pitchX + (cell.block ? columns[0] * CELL.pitchX + BLOCK_GAP : 0);
    drawCell(pen, look, { x, y: cell.row * CELL.pitchY }, cell.camera, pictures.get(cell.camera.code), {
      nowMs, limit_s: state.promises.thumbnail_s, isLate,
    });
  }
}

function lookOf(canvas) {
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    empty: colour("--raised"), line: colour("--line-strong"), dim: colour("--text-2"),
    a: colour("--stale-a"), b: colour("--stale-b"), on: colour("--stale-on"), font: style.fontFamily,
  };
}

function drawCell(pen, look, { x, y }, camera, picture, { nowMs, limit_s, isLate }) {
  const mood = cameraMood(camera);
  pen.fillStyle = look.empty;
  pen.fillRect(x, y, CELL.width, CELL.height);
  if (mood === "dead") return cross(pen, look, x, y);
  const age = picture ? (nowMs - picture.at_ms) / 1000 : null;
  if (age === null || mood === "unknown") return hatch(pen, look, x, y, "?");
  if (age > limit_s) return hatch(pen, look, x, y, runningAge(age).slice(0, 6));
  pen.globalAlpha = isLate ? 0.35 : 1;
  pen.drawImage(picture.bitmap, x, y, CELL.width, CELL.height);
  pen.globalAlpha = 1;
}

function cross(pen, look, x, y) {
  pen.strokeStyle = look.dim;
  pen.lineWidth = 1;
  pen.strokeRect(x + 0.5, y + 0.5, CELL.width - 1, CELL.height - 1);
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + CELL.width, y + CELL.height);
  pen.moveTo(x + CELL.width, y);
  pen.lineTo(x, y + CELL.height);
  pen.stroke();
}

function hatch(pen, look, x, y, words) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, CELL.width, CELL.height);
  pen.clip();
  pen.fillStyle = look.b;
  pen.fillRect(x, y, CELL.width, CELL.height);
  pen.strokeStyle = look.a;
  pen.lineWidth = 4;
  pen.beginPath();
  for (let at = -CELL.height; at < CELL.width + CELL.height; at += 11) {
    pen.moveTo(x + at, y + CELL.height);
    pen.lineTo(x + at + CELL.height, y);
  }
  pen.stroke();
  pen.fillStyle = look.on;
  pen.font = `600 13px ${look.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(words, x + CELL.width / 2, y + CELL.height / 2 + 1);
  pen.restore();
}
