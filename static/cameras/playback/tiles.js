/** The pictures of a playback: a video a camera, with its name, and words over it where there is no film. */
import { el, say, show, svg, toggle } from "../../wall/dom.js";
import { t } from "../../wall/i18n.js";
import { FilmPlayer } from "./film_player.js";
import { gapWords } from "./timeline.js";

const PATIENCE_MS = 400; // a short wait is no news

export function createTile(camera, { onChoose, onRemove, onRefused }) {
  const video = el("video", { class: "film-video", playsinline: "", disablepictureinpicture: "" });
  video.muted = true; // sound stays in the evidence pack
  const words = el("p", { class: "film-words", role: "status", hidden: "" });
  const remove = el("button", { class: "film-remove", type: "button", "aria-label": t("play.remove", { code: camera.code }) }, cross());
  const choose = el("button", { class: "film-choose", type: "button", "aria-label": `${camera.code} ${camera.name}` });
  const node = el("figure", { class: "film" }, el("div", { class: "film-frame" }, video, words, choose),
    el("figcaption", { class: "film-caption" }, el("b", { text: camera.code }), el("span", { class: "film-name", text: camera.name }), remove));
  choose.addEventListener("click", () => onChoose(camera.code));
  remove.addEventListener("click", () => onRemove(camera.code));
  const player = new FilmPlayer({ video, onRefused });
  return { node, video, words, player, waitsSince: null };
}

function cross() {
  return svg("svg", { class: "icon", viewBox: "0 0 36 36", "aria-hidden": "true" }, svg("path", { d: "m9 9 18 18M27 9 9 27" }));
}

/** Say over a picture why it is none; an old picture never stands there without words. */
export function tellTile(tile, { name, reason }, { isOpen, isChosen, nowMs }) {
  tile.waitsSince = name === "loading" ? tile.waitsSince ?? nowMs : null;
  const isLong = tile.waitsSince !== null && nowMs - tile.waitsSince > PATIENCE_MS;
  const words = isOpen ? stateWords(tile, name, reason, isLong) : "";
  show(tile.words, Boolean(words));
  say(tile.words, words);
  toggle(tile.node, "is-empty", isOpen === false || name === "gap" || name === "refused");
  toggle(tile.node, "is-chosen", isChosen);
}

function stateWords(tile, name, reason, isLong) {
  if (name === "gap") return gapWords(reason);
  if (name === "refused") return t(reason === "codec" || reason === "broken" ? "play.codec" : "play.gone");
  if (!isLong) return "";
  return t(tile.player.isUnreachable ? "play.unreachable" : "play.loading");
}
