/** The page of live cameras: reads its choice from the address, keeps tiles, sheet and states in step with it. */
import { createApi } from "../../wall/api.js";
import { createClock, everySecond } from "../../wall/clock.js";
import { runningAge } from "../../wall/dates.js";
import { part, say, show, toggle } from "../../wall/dom.js";
import { load, t } from "../../wall/i18n.js";
import { createChoice } from "./choice.js";
import { createPtz } from "../ptz.js";
import { createGrid } from "./grid.js";
import { LAYOUTS, SHEET, chosenCameras, pageOf, readAddress, writeAddress } from "./layouts.js";
import { createSheets } from "./sheets.js";

const STATES_EVERY_MS = 5000;
const LOST_MS = 12_000;
const LAYOUT_KEYS = { Digit1: 4, Digit2: 9, Digit3: 16, Digit4: 36, Digit5: SHEET };

const handed = (id) => JSON.parse(document.getElementById(id).textContent);
const config = handed("page-config");
load(handed("page-strings"), document.documentElement.lang);

const clock = createClock();
const api = createApi({ urls: config.urls, csrf: config.csrf });
const cameras = config.cameras;
let choice = readAddress(location.search);
let heardAt = performance.now();

const grid = createGrid({ api, clock, address: liveAddress, playback: config.urls.playback, onBig: (code) => change({ big: code }) });
const sheets = createSheets({ api, clock, onPick: (code) => change({ layout: LAYOUTS[0], cameras: [], page: 0, big: code }) });
const ptz = createPtz({ root: part("ptz"), api });
const panel = createChoice({ cameras, onChange: change });

function liveAddress(code) {
  const address = new URL(config.urls.live + encodeURIComponent(code), location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address;
}

function change(parts) {
  choice = { ...choice, ...parts };
  history.replaceState(null, "", writeAddress(choice));
  render();
}

/** All cameras of the choice, and those of them that this screen shows. An enlarged one is shown alone. */
function shownNow() {
  const all = chosenCameras(cameras, choice);
  const big = choice.big ? cameras.find(({ code }) => code === choice.big) : undefined;
  if (choice.layout === SHEET && !big) return { all, shown: all, page: 0, pages: 1, big };
  const layout = choice.layout === SHEET ? LAYOUTS[0] : choice.layout;
  const turn = pageOf(all, { layout, page: choice.page });
  return { all, ...turn, layout, big, shown: big && !turn.shown.includes(big) ? [big, ...turn.shown].slice(0, layout) : turn.shown };
}

function render() {
  const now = shownNow();
  const isSheet = choice.layout === SHEET && !now.big;
  show(part("grid"), !isSheet && now.shown.length > 0);
  show(part("sheets"), isSheet && now.shown.length > 0);
  show(part("empty"), now.all.length === 0);
  say(part("empty-words"), t("live.empty"));
  show(part("next"), now.pages > 1 && !now.big);
  for (const button of part("layouts").children) toggle(button, "is-on", button.dataset.layout === String(choice.layout));
  grid.render({ ...now, shown: isSheet ? [] : now.shown });
  if (isSheet) sheets.render(now.all, choice.by);
  sheets.follow(isSheet);
  ptz.follow(config.mayTurn && now.big ? now.big.code : "");
  panel.render(choice);
  say(part("note"), note(now, isSheet));
}

function note({ all, shown, page, layout }, isSheet) {
  if (isSheet) return sheets.words(all);
  if (all.length <= shown.length) return all.length === 1 ? t("live.one") : "";
  return t("live.count", { first: page * layout + 1, last: page * layout + shown.length, n: all.length });
}

async function freshenStates() {
  try {
    const { at, cameras: states } = await api.json("cameras/states");
    clock.hear(at);
    heardAt = performance.now();
    for (const camera of cameras) Object.assign(camera, states[camera.code]);
    render();
  } catch {
    // The band says how long the server has been silent.
  }
  setTimeout(freshenStates, STATES_EVERY_MS);
}

function tick() {
  const silentMs = performance.now() - heardAt;
  show(part("band"), silentMs > LOST_MS);
  if (silentMs > LOST_MS) say(part("band"), t("live.lost", { age: runningAge(silentMs / 1000) }));
  grid.tick();
}

const back = () => (choice.big ? change({ big: "" }) : undefined);
const next = () => change({ page: shownNow().page + 1 });

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.code === "Escape") panel.leave();
  if (event.target.closest?.("input, textarea, select") && event.code !== "Escape") return;
  if (choice.big && ptz.press(event)) {
    event.preventDefault();
    return;
  }
  const act = event.code in LAYOUT_KEYS
    ? () => change({ layout: LAYOUT_KEYS[event.code], page: 0, big: "" })
    : { Escape: back, KeyT: next, KeyG: panel.toggle, KeyR: grid.openRecordings }[event.code];
  if (act) act();
  else if (!event.code.startsWith("Arrow") || choice.big || !grid.move(event.code)) return;
  event.preventDefault();
}

document.addEventListener("keydown", press);
document.addEventListener("keyup", ptz.release);
part("layouts").addEventListener("click", ({ target }) => {
  const { layout } = target.closest("button")?.dataset ?? {};
  if (layout) change({ layout: layout === SHEET ? SHEET : Number(layout), page: 0, big: "" });
});
part("next").addEventListener("click", next);
part("choose").addEventListener("click", panel.toggle);
part("back").addEventListener("click", back);
part("all").addEventListener("click", () => change({ of: "", cameras: [], page: 0 }));
addEventListener("popstate", () => { choice = readAddress(location.search); render(); });
addEventListener("resize", render);
render();
freshenStates();
everySecond(clock, tick);
