/** The wall: parts are made once, then drawn anew after each event and each second. */
import { createApi } from "./api.js";
import { createBand } from "./band.js";
import { createCards } from "./cards.js";
import { createClock, everySecond } from "./clock.js";
import { hourMinuteSecond } from "./dates.js";
import { createDesk } from "./desk.js";
import { part, show, toggle } from "./dom.js";
import { createGauge } from "./gauge.js";
import { createHelp } from "./help.js";
import { load } from "./i18n.js";
import { listen } from "./keys.js";
import { createFind } from "./find_panel.js";
import { createMap } from "./map.js";
import { createMisses } from "./misses.js";
import { createNewCase } from "./new_case.js";
import { createRail } from "./rail.js";
import { createSheet } from "./sheet.js";
import { EventLink } from "./socket.js";
import { createPlayer, due, newMemory, soundsUsed } from "./sound.js";
import { EMPTY, apply, caughtUp, fromSnapshot, hasGap, prune, withFacts } from "./store.js";
import { createStrip } from "./strip.js";
import { createTiles } from "./tiles.js";

/** Shift and station file change without an event. */
const FACTS_EVERY_MS = 300_000;

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const config = data("wall-config");
load(data("wall-strings"), document.documentElement.lang);

function createStore(onChange) {
  let state = EMPTY;
  const set = (next) => {
    if (next === state) return;
    state = next;
    onChange();
  };
  return {
    state: () => state,
    seq: () => state.seq,
    hasGap: () => hasGap(state),
    apply: (event) => set(apply(state, event)),
    caughtUp: (seq) => set(caughtUp(state, seq)),
    replace: (snapshot, { isReset }) => set(fromSnapshot(snapshot, isReset ? [] : state.held)),
    freshen: (snapshot) => set(withFacts(state, snapshot)),
    prune: (nowMs) => set(prune(state, nowMs)),
  };
}

const clock = createClock();
const api = createApi(config);
const store = createStore(schedule);
const frame = part("frame");
const desk = createDesk({ store, api, can: config.can, now: () => clock.now(), onChange: schedule });
const strip = createStrip(part("strip"));
const band = createBand(part("band"), frame);
const gauge = createGauge(part("gauge"));
const rail = createRail(part("rail"), { onSelect: desk.select, onOpen: desk.nextGroup });
const map = createMap(part("map-panel"), config);
const sheet = createSheet(part("sheet"), { api, clock });
const cards = createCards(part("cards"), { desk, onPress: pressOn });
const misses = createMisses({ api, can: config.can, onChange: onMissSaid });
const tiles = createTiles(part("tiles-panel"), {
  api, clock, liveAddress, misses, onViews: schedule, onMiss: (code) => misses.turn(desk.target(), code),
});
const help = createHelp(part("help"));
const newCase = createNewCase(part("new-case"), { api, can: config.can, onOpened: ({ id }) => desk.expect(`i${id}`) });
const find = createFind(part("find"), { api, clock, state: () => store.state(), onFound: turnTo });
const player = createPlayer();
const memory = newMemory();
let status = { level: "live", silence_ms: 0, attempt: 0, isReady: false, isRefused: false };
let heardAt = null;
let isScheduled = false;

function onMissSaid() {
  tiles.rankAgain();
  schedule();
}

/** Many events in one frame are one drawing. */
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(render);
}

function render() {
  isScheduled = false;
  const nowMs = clock.now();
  desk.follow();
  const state = store.state();
  const isLate = status.level !== "live";
  document.body.dataset.seq = state.seq;
  document.body.dataset.link = status.isReady ? status.level : "starting";
  toggle(frame, "is-alarm", desk.isAlarm());
  toggle(frame, "is-doubtful", isLate);
  band.render(status, state.seq, nowMs);
  strip.render(state, status, nowMs);
  gauge.render(state, nowMs);
  rail.render(desk.sections(), {
    selected: desk.selected, next: desk.nextToAck()?.id ?? null, sounds: soundsUsed(memory, nowMs),
  }, nowMs);
  show(part("cards"), desk.isAlarm());
  cards.render(nowMs);
  const target = desk.target();
  tiles.render(state, target, status);
  map.render(state, { target, views: tiles.views() }, nowMs);
  sheet.render(state, { isFolded: desk.isAlarm(), asOf: isLate && heardAt ? hourMinuteSecond(heardAt) : "" });
  show(part("sound-note"), player.isLocked());
  help.credit(state.station?.attribution);
}

function socketTo(path) {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address;
}

function socketAddress(seq) {
  const address = socketTo(config.urls.socket);
  address.searchParams.set("after", seq);
  return address;
}

function liveAddress(code) {
  return socketTo(config.urls.live + encodeURIComponent(code));
}

function sound(nowMs) {
  const name = due(memory, { alerts: store.state().alerts, isTrouble: band.isUp(), isFlood: desk.isFlood, nowMs });
  if (name) player.play(name);
}

/** Close what lies over the wall; false when nothing does. */
function closePanel() {
  const open = [help, newCase, find].find((panel) => panel.isOpen());
  open?.close();
  return Boolean(open);
}

/** Turn to what was found: its card where it has one, its place on the map, its picture. */
function turnTo({ call, spot, camera }) {
  if (call !== null) desk.select(call);
  if (spot) map.show(spot);
  tiles.look(camera);
  schedule();
}

function pressOn(id, key) {
  if (desk.selected !== id) desk.select(id);
  if (key === "Space") desk.ack();
  else if (key === "KeyZ") desk.shelve();
  else if (key === "KeyU") desk.undo();
  else if (key) desk.press(key);
}

listen(document, {
  previous: () => desk.move(-1), next: () => desk.move(1), nextCard: desk.nextCard, ack: desk.ack,
  undo: () => misses.undo() || desk.undo(), miss: () => misses.arm(tiles.views()),
  lock: map.toggleLock, fit: map.fit, map: map.centre, sheet: desk.toggleSheet,
  nextCameras: () => { tiles.nextPage(); schedule(); },
  group: desk.nextGroup, shelve: desk.shelve, create: () => newCase.open(store.state()), find: () => find.open(),
  help: help.toggle, back: () => (closePanel() || misses.back() ? undefined : desk.back()),
  quieter: player.quieter, louder: player.louder,
}, (key) => misses.press(key, desk.target(), tiles.views()) || desk.press(key));
for (const name of ["keydown", "pointerdown"]) document.addEventListener(name, player.unlock);

const link = new EventLink({
  url: socketAddress,
  api, store,
  onBeat(at) {
    heardAt = at;
    clock.hear(at);
    strip.beat(at);
  },
  onStatus: (next) => {
    const isNews = next.level !== status.level || next.isReady !== status.isReady;
    status = next;
    if (isNews) schedule();
  },
});
link.start();
setInterval(() => api.snapshot().then(store.freshen).catch(() => {}), FACTS_EVERY_MS);
sheet.start();
everySecond(clock, () => {
  store.prune(clock.now());
  sound(clock.now());
  schedule();
});
