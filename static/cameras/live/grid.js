/** The tiles of the live page: as many as the layout has, live where they are on screen, one of them enlarged. */
import { runningAge } from "../../wall/dates.js";
import { el, part, rebuild, say, show, toggle } from "../../wall/dom.js";
import { t } from "../../wall/i18n.js";
import { pictureState } from "../../wall/live.js";
import { clearPicture, keepFresh } from "../../wall/live_stills.js";
import { createLiveTiles } from "../../wall/live_tiles.js";
import { cameraMood } from "../../wall/queries.js";
import { LAYOUTS, columnsOf, moved } from "./layouts.js";

const STALE_MS = 5000;
const STILLS_A_SECOND = 4; // of all tiles together: more would cost the ingest workers what they read with

export function createGrid({ api, clock, address, playback, onBig }) {
  const root = part("grid");
  const tiles = Array.from({ length: LAYOUTS.at(-1) }, () => buildTile(onBig));
  root.append(...tiles.map((tile) => tile.node));
  let layout = LAYOUTS[0];
  let big;
  let columns = 1;
  const shownTiles = () => tiles.filter((tile) => tile.code);
  tiles.forEach((tile) => keepFresh(tile, api, () => Math.max(1, shownTiles().length / STILLS_A_SECOND) * 1000));
  const live = createLiveTiles(tiles, { api, clock, address, most: () => (big ? 1 : layout) });

  function renderTile(tile, camera) {
    const isShown = Boolean(camera) && (!big || camera === big);
    show(tile.node, isShown);
    if (tile.code !== (camera?.code ?? null)) {
      tile.code = camera?.code ?? null;
      clearPicture(tile);
    }
    tile.camera = camera ?? null;
    if (!isShown) return;
    toggle(tile.node, "is-big", Boolean(big));
    say(tile.name, camera.name);
    say(tile.label, camera.code);
    tile.open.setAttribute("aria-label", `${camera.code} ${camera.name}`);
    tile.node.title = `${camera.code} ${camera.name}`;
    tell(tile);
  }

  function tell(tile) {
    if (!tile.camera) return;
    const shownAgoMs = tile.shownAt === null ? null : performance.now() - tile.shownAt;
    const picture = pictureState({ nowMs: clock.now(), takenAt: tile.takenAt, shownAgoMs });
    const trouble = troubleWords(tile.camera, picture);
    toggle(tile.node, "is-stale", Boolean(trouble));
    show(tile.banner, Boolean(trouble));
    say(tile.banner, trouble);
    say(tile.age, trouble ? "" : pictureWords(picture, tile.lagMs));
  }

  function renderDetail() {
    show(part("detail"), Boolean(big));
    if (!big) return;
    say(part("detail-name"), `${big.code} ${big.name}`);
    const facts = [["live.street", big.site], ["live.owner", big.owner], ["live.kind", big.kind], ["live.state", t(`mood.${cameraMood(big)}`)]];
    rebuild(part("facts"), JSON.stringify(facts), () => facts.flatMap(([key, value]) => [
      el("dt", { text: t(key) }), el("dd", { text: value || t("live.nameless") })]));
    show(part("recordings"), Boolean(playback));
    part("recordings").href = `${playback}?cameras=${encodeURIComponent(big.code)}`;
  }

  return {
    render(now) {
      layout = now.layout ?? LAYOUTS[0];
      big = now.big;
      columns = big ? 1 : columnsOf(layout, innerWidth);
      root.style.setProperty("--columns", columns);
      toggle(root, "is-dense", !big && layout > 16);
      toggle(part("stage"), "has-big", Boolean(big));
      tiles.forEach((tile, at) => renderTile(tile, now.shown[at]));
      renderDetail();
      live.follow();
    },
    tick() {
      tiles.forEach(tell);
      live.follow();
    },
    /** Move the focus; false where there is nowhere to go. */
    move(key) {
      const open = shownTiles();
      const at = moved(open.findIndex((tile) => tile.open === document.activeElement), key, { columns, count: open.length });
      open[at]?.open.focus();
      return at >= 0;
    },
    openRecordings() {
      const tile = shownTiles().find(({ open, camera }) => open === document.activeElement || camera === big);
      if (playback && tile) location.assign(`${playback}?cameras=${encodeURIComponent(tile.code)}`);
    },
  };
}

function buildTile(onBig) {
  const canvas = el("canvas", { class: "tile-picture", width: 640, height: 360, "aria-hidden": "true" });
  const banner = el("p", { class: "tile-banner", hidden: "" });
  const [label, name, age] = ["tile-code", "tile-name", "tile-age"].map((names) => el("span", { class: names }));
  const open = el("button", { class: "tile-open", type: "button" });
  const node = el("figure", { class: "tile", hidden: "" }, el("div", { class: "tile-frame" }, canvas, banner),
    el("figcaption", { class: "tile-caption" }, label, name, age), open);
  const tile = { node, canvas, banner, label, name, age, open, code: null, camera: null, takenAt: null, shownAt: null, lagMs: 0 };
  open.addEventListener("click", () => onBig(node.classList.contains("is-big") ? "" : tile.code));
  return tile;
}

/** A picture that comes in live is no trouble, whatever was last heard of its camera. */
function troubleWords(camera, { name, age_s }) {
  if (name === "live") return "";
  if (cameraMood(camera) === "dead") return age_s === null ? t("live.dead") : t("live.dead-age", { age: runningAge(age_s) });
  if (name === "none") return t("live.none");
  return age_s * 1000 > STALE_MS ? t("live.stale", { age: runningAge(age_s) }) : "";
}

function pictureWords({ name, age_s }, lagMs) {
  return name === "live" ? t("live.now", { lag: (lagMs / 1000).toFixed(1) }) : t("live.still", { age: runningAge(age_s) });
}
