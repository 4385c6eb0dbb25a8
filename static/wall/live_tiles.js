/** Gives each tile on screen the live picture of its camera, and its still back when that breaks off. */
import { el, toggle } from "./dom.js";
import { MAX_OPEN, SHOWING_MS, chooseOpen, isOldNews } from "./live.js";
import { LivePlayer, canPlayLive } from "./live_player.js";

const AT_ONCE = 4; // more that begin together starve each other of the decoder: each begins later than in turn
const TURN_MS = 200;

/**
 * A tile has `code`, `node`, `canvas`, `takenAt`; here it gets `shownAt` (this computer's clock) and `lagMs` of
 * its last live picture. `address(code)` is that of the socket, `most()` how
 * many may be live at once. Call `follow()` after each turn of a tile.
 */
export function createLiveTiles(tiles, { api, clock, address, most = () => MAX_OPEN }) {
  if (!canPlayLive()) return { follow: () => {} };
  let turn;
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      tiles.find((tile) => tile.node === target).isOnScreen = isIntersecting;
    }
    follow();
  });
  tiles.forEach((tile) => {
    tile.isOnScreen = false;
    sight.observe(tile.node);
  });
  document.addEventListener("visibilitychange", follow);

  function follow() {
    const open = chooseOpen(tiles, { isPageShown: document.visibilityState !== "hidden", most: most() });
    for (const tile of tiles) {
      if (tile.live && (tile.live.code !== tile.code || !open.has(tile))) end(tile);
      if (performance.now() - tile.shownAt > SHOWING_MS) hide(tile);
    }
    const closed = [...open].filter((tile) => !tile.live);
    closed.slice(0, AT_ONCE).forEach(begin);
    clearTimeout(turn);
    if (closed.length > AT_ONCE) turn = setTimeout(follow, TURN_MS);
  }

  function begin(tile) {
    const { code } = tile;
    const video = el("video", { class: "tile-video", playsinline: "", disablepictureinpicture: "", "aria-hidden": "true" });
    video.muted = true; // a browser plays nothing by itself that could be heard
    const live = { code, video };
    live.player = new LivePlayer({
      video,
      url: address(code),
      askTicket: () => api.command(`cameras/${encodeURIComponent(code)}/live`),
      onFrame: ({ takenAt }) => tile.live === live && showFrame(tile, takenAt),
      onDown: () => tile.live === live && hide(tile),
    });
    tile.live = live;
    tile.canvas.after(video);
    live.player.start();
  }

  /** A camera that is down gives its last group again at each new beginning: that is no news. */
  function showFrame(tile, takenAt) {
    if (isOldNews({ nowMs: clock.now(), takenAt, knownAt: tile.takenAt })) return;
    tile.takenAt = takenAt;
    tile.shownAt = performance.now();
    tile.lagMs = Math.max(0, clock.now() - takenAt);
    toggle(tile.node, "is-live", true);
  }

  /** The video goes with its camera: it must not fade out under another one's name. */
  function end(tile) {
    const { live } = tile;
    if (live.code === tile.code) hide(tile);
    tile.live = null;
    tile.shownAt = null;
    toggle(tile.node, "is-live", false);
    live.player.stop();
    live.video.remove();
  }

  return { follow };
}

/** Leave the last live picture on the still's canvas, so that nothing older appears and nothing flickers. */
function hide(tile) {
  if (!tile.node.classList.contains("is-live")) return;
  const { canvas, live } = tile;
  canvas.getContext("2d").drawImage(live.video, 0, 0, canvas.width, canvas.height);
  tile.shownAt = null;
  toggle(tile.node, "is-live", false);
}
