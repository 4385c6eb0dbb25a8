/** Four pictures, best first: live where that can be, else stills. An old one stays, darkened, with its age in words. */
import { el, keycap, part, rebuild, say, sayPhrases, show, toggle } from "./dom.js";
import { bearingDeg, distanceM, place, turnDeg } from "./geo.js";
import { runningAge } from "./dates.js";
import { t } from "./i18n.js";
import { pictureState } from "./live.js";
import { clearPicture, keepFresh } from "./live_stills.js";
import { createLiveTiles } from "./live_tiles.js";
import { cameraMood, restingCameras } from "./queries.js";
import { brackets } from "./shapes.js";

const COUNT = 4;
/** Letters of a subject that fit beside the heading. */
const ROOMY = 24;
const RANK_EVERY_MS = 10_000;
const STALE_MS = 5000;

export function createTiles(root, { api, clock, liveAddress, misses, onViews, onMiss }) {
  const tiles = Array.from({ length: COUNT }, () => buildTile());
  part("tiles", root).append(...tiles.map((tile) => tile.node));
  tiles.forEach((tile) => keepFresh(tile, api));
  part("tiles", root).addEventListener("click", ({ target }) => {
    const pressed = target.closest("[data-miss]");
    if (pressed) onMiss(pressed.dataset.miss);
  });
  const live = createLiveTiles(tiles, { api, clock, address: liveAddress });
  let ranking = { id: null, views: null, askedAt: -Infinity };
  let page = 0;
  let looked = null;

  /** Ask which cameras see the event: at once for a new one, then each 10 s, for cameras come and go. */
  function rank(target) {
    const spot = place(target);
    if (!spot) {
      ranking = { id: null, views: null, askedAt: -Infinity };
      return;
    }
    if (ranking.id === target.id && performance.now() - ranking.askedAt < RANK_EVERY_MS) return;
    const asked = { id: target.id, views: ranking.id === target.id ? ranking.views : null, askedAt: performance.now() };
    ranking = asked;
    api.views(...spot).then(({ views }) => {
      if (ranking !== asked) return;
      asked.views = views;
      onViews();
    }).catch(() => {});
  }

  return {
    views: () => ranking.views,
    nextPage: () => { page += 1; looked = null; },
    /** Put this camera in the first place until T is pressed; undefined for none. */
    look(code) { looked = code ?? null; },
    /** Ask again which cameras see it best: somebody has just taught the ranking. */
    rankAgain() { ranking.askedAt = -Infinity; },
    render(state, target, status) {
      rank(target);
      const views = withLooked(state, looked, ranking.views?.length ? ranking.views : restingViews(state, page));
      renderHead(root, state, target, ranking.views, misses);
      tiles.forEach((tile, index) => {
        renderTile(tile, state, views[index], target, { clock, status });
        renderMiss(tile, views[index], target, misses);
      });
      live.follow();
    },
  };
}

/** The views, with the camera that somebody asked to see in front. */
function withLooked(state, code, views) {
  const camera = code === null ? null : state.cameras[code];
  return camera ? [{ code, name: camera.name, rank: null }, ...views.filter((view) => view.code !== code)] : views;
}

function restingViews(state, page) {
  return restingCameras(state, page, COUNT).map((camera) => ({ code: camera.code, name: camera.name, rank: null }));
}

function buildTile() {
  const canvas = el("canvas", { class: "tile-picture", width: 640, height: 360, role: "img" });
  const node = el("figure", { class: "tile" },
    el("div", { class: "tile-frame" }, canvas, el("div", { class: "tile-brackets", data: { part: "brackets" } }, brackets()),
      el("p", { class: "tile-banner", data: { part: "banner" }, hidden: "" }), el("div", { class: "tile-acts", data: { part: "acts" } })),
    el("figcaption", { class: "tile-caption" }, el("b", { class: "tile-rank", data: { part: "rank" } }),
      el("span", { class: "tile-name", data: { part: "name" } }), el("span", { class: "tile-why", data: { part: "why" } })));
  return { node, canvas, code: null, takenAt: null, shownAt: null, lagMs: 0 };
}

function renderHead(root, state, target, views, misses) {
  const isRanked = Boolean(views?.length);
  say(part("tiles-title", root), t(isRanked ? "tiles.ranked" : "tiles.resting"));
  const note = isRanked ? missNote(misses) ?? { words: rankNote(state, target, views) } : { words: t("tiles.next") };
  rebuild(part("tiles-note", root), JSON.stringify(note), () => [
    note.cap && keycap(note.cap, note.cap.slice(3)), note.words].filter(Boolean));
}

/** What X has begun or done; null while it has nothing to say. */
function missNote(misses) {
  if (misses.isArmed()) return { words: t("tiles.which") };
  if (misses.last()) return { cap: "KeyU", words: t("tiles.undo", { code: misses.last() }) };
  return null;
}

/** The button on a ranked picture that showed nothing; pressed again it takes the word back. */
function renderMiss(tile, view, target, misses) {
  const isShown = misses.isOffered() && Boolean(view && target) && view.rank !== null;
  const state = isShown ? misses.stateOf(target, view.code) : null;
  const look = isShown ? [view.code, view.rank, state, misses.isArmed()].join() : "";
  rebuild(part("acts", tile.node), look, () => (isShown ? [missButton(view, state, misses.isArmed())] : []));
}

function missButton({ code, rank }, state, isArmed) {
  return el("button", { class: `tile-miss${state ? ` is-${state}` : ""}`, type: "button",
    "aria-pressed": String(state === "said"), "aria-disabled": String(state === "sending"),
    "aria-label": `${t(`tile.miss-${state ?? "say"}`)} ${code}`, data: { miss: code, ownKeys: "" } },
  el("kbd", { class: "key", text: isArmed ? String(rank) : `X ${rank}` }), el("span", { text: t(`tile.miss-${state ?? "say"}`) }));
}

/** Say it when nearer cameras would see more, were they not dead. */
function rankNote(state, target, views) {
  const nearest = Math.min(...views.map((view) => view.distance_m));
  const spot = place(target);
  const nearer = Object.values(state.cameras).filter((camera) =>
    cameraMood(camera) === "dead" && place(camera) && distanceM(place(camera), spot) < nearest);
  if (nearer.length) return t("tiles.nearer-dead", { n: nearer.length });
  return target.subject.length > ROOMY ? target.details?.number ?? "" : target.subject;
}

function renderTile(tile, state, view, target, { clock, status }) {
  show(tile.node, Boolean(view));
  if (!view) {
    tile.code = null;
    return;
  }
  if (tile.code !== view.code) change(tile, view.code);
  const camera = state.cameras[view.code];
  const shownAgoMs = tile.shownAt === null ? null : performance.now() - tile.shownAt;
  const picture = pictureState({ nowMs: clock.now(), takenAt: tile.takenAt, shownAgoMs });
  const trouble = troubleWords(camera, picture, status);
  toggle(tile.node, "is-stale", Boolean(trouble));
  show(part("banner", tile.node), Boolean(trouble));
  say(part("banner", tile.node), trouble);
  show(part("rank", tile.node), view.rank !== null);
  say(part("rank", tile.node), String(view.rank ?? ""));
  sayPhrases(part("name", tile.node), `${view.code} ${view.name}`);
  say(part("why", tile.node), whyWords(view, trouble, picture, tile.lagMs));
  tile.canvas.setAttribute("aria-label", `${view.code} ${view.name}`);
  aim(tile, camera, view, target);
}

function change(tile, code) {
  tile.code = code;
  clearPicture(tile);
}

/** A picture that comes in live is no trouble, whatever was last heard of its camera or of the link. */
function troubleWords(camera, { name, age_s }, status) {
  if (name === "live") return "";
  const mood = camera ? cameraMood(camera) : "unknown";
  if (mood === "dead") return age_s === null ? t("tile.dead") : t("tile.dead-age", { age: runningAge(age_s) });
  if (name === "none") return t("tile.none");
  return age_s * 1000 > STALE_MS || status.level === "lost" ? t("tile.stale", { age: runningAge(age_s) }) : "";
}

function whyWords(view, trouble, picture, lagMs) {
  const words = trouble ? t("tile.is-stale") : pictureWords(picture, lagMs);
  if (view.rank === null) return words;
  return `${t(`reason.${view.reason}`)} ${t("map.metres", { n: Math.round(view.distance_m) })} · ${view.because || words}`;
}

function pictureWords({ name, age_s }, lagMs) {
  return name === "live" ? t("tile.live", { lag: (lagMs / 1000).toFixed(1) }) : t("tile.still", { age: runningAge(age_s) });
}

/** Brackets stand where the event is across the picture; a camera whose direction is unknown gets none. */
function aim(tile, camera, view, target) {
  const spot = place(target);
  const lens = place(camera);
  const isKnown = view.rank !== null && spot && lens && camera.azimuth_deg !== null && camera.fov_deg > 0;
  const share = isKnown ? 0.5 + turnDeg(camera.azimuth_deg, bearingDeg(lens, spot)) / camera.fov_deg : -1;
  const node = part("brackets", tile.node);
  show(node, share > 0.09 && share < 0.91);
  node.style.setProperty("left", `${(share * 100).toFixed(1)}%`);
}
