/** The contact sheet by street, owner or state: every camera's newest thumbnail in one request, with its age. */
import { runningAge } from "../../wall/dates.js";
import { el, part, rebuild, say, toggle } from "../../wall/dom.js";
import { t } from "../../wall/i18n.js";
import { cameraMood } from "../../wall/queries.js";
import { parseSheet } from "../../wall/sheet.js";
import { groupName } from "./choice.js";
import { groupsOf } from "./layouts.js";

const EVERY_MS = 2000;
const STALE_S = 5; // the wall's promise for thumbnails

export function createSheets({ api, clock, onPick }) {
  const root = part("sheets");
  const cells = new Map();
  let since = 0;
  let isShown = false;

  root.addEventListener("click", ({ target }) => {
    const { code } = target.closest("[data-code]")?.dataset ?? {};
    if (code) onPick(code);
  });

  async function refresh() {
    if (isShown && document.visibilityState !== "hidden") {
      try {
        const sheet = parseSheet(await api.bytes(`cameras/sheet?since=${since}`));
        await Promise.all(sheet.tiles.map(keep));
        since = Date.parse(sheet.at);
      } catch {
        // The thumbnails stay and age: each says by itself how old it is.
      }
      cells.forEach(tell);
    }
    setTimeout(refresh, EVERY_MS);
  }

  async function keep({ code, at_ms, jpeg }) {
    const cell = cellOf(code);
    const bitmap = await createImageBitmap(new Blob([jpeg], { type: "image/jpeg" })).catch(() => null);
    if (!bitmap) return;
    cell.canvas.getContext("2d").drawImage(bitmap, 0, 0, cell.canvas.width, cell.canvas.height);
    bitmap.close();
    cell.takenAt = at_ms;
  }

  function cellOf(code) {
    if (!cells.has(code)) cells.set(code, buildCell(code));
    return cells.get(code);
  }

  function tell(cell) {
    const { camera } = cell;
    if (!camera) return;
    const mood = cameraMood(camera);
    const age_s = cell.takenAt === null ? null : (clock.now() - cell.takenAt) / 1000;
    toggle(cell.node, "is-dead", mood === "dead");
    toggle(cell.node, "is-old", mood !== "dead" && (age_s === null || age_s > STALE_S || mood === "unknown"));
    say(cell.age, age_s === null ? "?" : age_s > STALE_S ? runningAge(age_s) : "");
  }

  function render(cameras, by) {
    const groups = groupsOf(cameras, by);
    cameras.forEach((camera) => { cellOf(camera.code).camera = camera; });
    rebuild(root, JSON.stringify(groups.map(({ value, cameras: members }) => [value, members.map(({ code }) => code)])), () =>
      groups.map(({ value, cameras: members }) => el("section", { class: "sheet-group" },
        el("h2", {}, `${groupName(value, by)} `, el("b", { text: String(members.length) })),
        el("div", { class: "sheet-cells" }, ...members.map((camera) => named(cellOf(camera.code), camera))))));
    cells.forEach(tell);
  }

  refresh();
  return {
    render,
    follow(isNowShown) {
      isShown = isNowShown;
    },
    /** How many are well, and the oldest picture of the others. */
    words(cameras) {
      const live = cameras.filter((camera) => cameraMood(camera) === "live").length;
      return t("live.sheet-age", { n: live, m: cameras.length - live });
    },
  };
}

function buildCell(code) {
  const canvas = el("canvas", { width: 184, height: 104, "aria-hidden": "true" });
  const age = el("span", { class: "sheet-age" });
  const node = el("button", { class: "sheet-cell is-old", type: "button", data: { code } }, canvas, age, el("span", { class: "sheet-code", text: code }));
  return { node, canvas, age, camera: null, takenAt: null };
}

function named({ node }, { code, name }) {
  node.title = `${code} ${name}`;
  node.setAttribute("aria-label", `${code} ${name}`);
  return node;
}
