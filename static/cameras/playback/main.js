/** The playback page: which cameras and which moment, from the address; one clock, a film a camera, one time line. */
import { createApi } from "../../wall/api.js";
import { spokenAge } from "../../wall/dates.js";
import { part, say, show } from "../../wall/dom.js";
import { load, t } from "../../wall/i18n.js";
import { actOf } from "./keys.js";
import { MasterClock, SPEEDS, nextSpeed, shuttle } from "./master_clock.js";
import { DAY_MS, dayStart, exactHour, fullMoment, isoDay, parseMoment } from "./moments.js";
import { save, snapshotName, takeSnapshot } from "./snapshot.js";
import { extent, gapAt, markBeside, markedSpan, nextFilm, readRecordings } from "./spans.js";
import { createTile, tellTile } from "./tiles.js";
import { createTimeline } from "./timeline.js";

const MOST_CAMERAS = 4;
const STEP_MS = 10_000;
const AROUND_MS = 900_000; // on each side, when a moment is first shown
const FRESH_EVERY_MS = 20_000;
const WORDS_EVERY_MS = 80;
const BEHIND_NOW_MS = 120_000; // a segment is finished, and can be shown, within a minute
const NOTE_MS = 6000;
const PATIENCE_MS = 10_000; // with a picture that is on its way, before it is said that there is none

const handed = (id) => JSON.parse(document.getElementById(id).textContent);
const config = handed("page-config");
load(handed("page-strings"), document.documentElement.lang);

const api = createApi({ urls: config.urls, csrf: config.csrf });
const known = new Map(config.cameras.map((camera) => [camera.code, camera]));
const clock = new MasterClock();
const timeline = createTimeline(part("line"), { onSeek: seek });
const asked = new URLSearchParams(location.search);
const span = { beginMs: null, endMs: null };
let tracks = [];
let dayMs = null;
let isOpen = null; // unknown until the server has said it
let reason = "";
let chosen = null;
let loads = 0;
let noteAt = -Infinity;
let wordsAt = -Infinity;

const nowMs = () => Date.now();

function start() {
  const at = Date.parse(asked.get("at") ?? "");
  clock.seek(Number.isNaN(at) ? Date.parse(config.at) - BEHIND_NOW_MS : at);
  const codes = (asked.get("cameras") ?? "").split(",").filter((code) => known.has(code));
  setCameras([...new Set(codes)].slice(0, MOST_CAMERAS));
  setInterval(freshen, FRESH_EVERY_MS);
  requestAnimationFrame(tick);
}

function setCameras(codes) {
  const kept = new Map(tracks.map((track) => [track.code, track]));
  tracks.filter(({ code }) => !codes.includes(code)).forEach(drop);
  tracks = codes.map((code) => kept.get(code) ?? buildTrack(known.get(code)));
  part("films").replaceChildren(...tracks.map(({ tile }) => tile.node));
  part("films").style.setProperty("--columns", tracks.length > 1 ? 2 : 1);
  if (!codes.includes(chosen)) chosen = codes[0] ?? null;
  show(part("empty"), !tracks.length);
  writeAddress();
  loadDay({ isNew: true });
}

function buildTrack(camera) {
  const tile = createTile(camera, {
    onChoose: (code) => { chosen = code; },
    onRemove: (code) => setCameras(tracks.map((track) => track.code).filter((other) => other !== code)),
    onRefused: (code) => { if (code === "reason_needed") loadDay({ isNew: false }); },
  });
  return { ...camera, tile, player: tile.player, segments: [], gaps: [], marks: [], state: { name: "loading", reason: "" } };
}

function drop({ tile, player }) {
  player.close();
  tile.node.remove();
}

function writeAddress() {
  const at = new Date(Math.round(clock.at())).toISOString();
  history.replaceState(null, "", `?cameras=${tracks.map(({ code }) => encodeURIComponent(code)).join(",")}&at=${at}`);
}

/** Ask what there is on the clock's day; where the reason is known, open the viewing, else ask for it. */
async function loadDay({ isNew }) {
  const turn = ++loads;
  const newDayMs = dayStart(clock.at());
  const isOtherDay = newDayMs !== dayMs;
  dayMs = newDayMs;
  try {
    let answers = await Promise.all(tracks.map(({ code }) => recordingsOf(code)));
    if (turn !== loads) return;
    if (reason && answers.some(({ viewing }) => !viewing) && await openViewing()) answers = await Promise.all(tracks.map(({ code }) => recordingsOf(code)));
    if (turn !== loads) return;
    take(answers, { isNew: isNew || isOtherDay, isOtherDay });
  } catch {
    note(t("play.unreachable"));
  }
}

const recordingsOf = (code) => api.json(`recordings?${new URLSearchParams({
  camera: code, from: new Date(dayMs).toISOString(), to: new Date(dayMs + DAY_MS).toISOString(),
})}`);

function take(answers, { isNew, isOtherDay }) {
  const wasOpen = isOpen;
  isOpen = answers.length > 0 && answers.every(({ viewing }) => viewing);
  tracks.forEach((track, at) => {
    Object.assign(track, readRecordings(answers[at]));
    if (isOtherDay) track.player.load(track);
    else track.player.extend(track);
    if (isOpen && wasOpen === false) track.player.retry();
  });
  show(part("why"), tracks.length > 0 && !isOpen);
  const bounds = { fromMs: dayMs, toMs: dayMs + DAY_MS };
  const around = { fromMs: clock.at() - AROUND_MS, toMs: clock.at() + AROUND_MS };
  timeline.load({ tracks, bounds, view: isNew ? around : undefined });
  if (isNew) say(part("none"), tracks.length && !extent(tracks) ? t("play.none", { day: fullMoment(dayMs).slice(0, -11) }) : "");
  if (isOpen && !wasOpen) clock.set({ isPlaying: true, isHeld: false });
}

async function openViewing() {
  const answer = await api.command("recordings/viewings", { cameras: tracks.map(({ code }) => code), day: isoDay(dayMs), reason });
  if (!answer.ok) say(part("why-error"), answer.error.message || t("play.unreachable"));
  return answer.ok;
}

/** Film of the last minutes is finished while one looks; a day that is over does not change. */
function freshen() {
  if (tracks.length && dayStart(nowMs()) === dayMs && document.visibilityState !== "hidden") loadDay({ isNew: false });
}

function seek(ms) {
  clock.seek(ms);
  clock.set({ isHeld: false });
  writeAddress();
  if (dayStart(ms) !== dayMs) loadDay({ isNew: true });
}

function tick() {
  const ms = clock.at();
  const rate = clock.rate();
  for (const track of tracks) track.state = isOpen ? track.player.follow(ms, rate) : { name: "loading", reason: "" };
  if (isOpen) decide(ms);
  if (performance.now() - wordsAt > WORDS_EVERY_MS) tell(clock.at());
  requestAnimationFrame(tick);
}

/** All wait for the one that is not ready; where no camera has film, go on to where one has. */
function decide(ms) {
  const isLate = tracks.some(({ state }) => state.name === "loading");
  if (clock.isPlaying && isLate !== clock.isHeld) clock.set({ isHeld: isLate });
  if (!clock.isPlaying || !tracks.every(({ state }) => state.name === "gap")) return;
  const next = nextFilm(tracks, ms, clock.direction);
  if (next === null) {
    clock.set({ isPlaying: false });
    note(t("play.end"));
    return;
  }
  const why = gapAt(tracks[0].gaps, ms)?.reason;
  if (why) note(t("play.jumped", { age: spokenAge(Math.abs(next - ms) / 1000), reason: t(`gap.${why}`) }));
  seek(next);
}

function tell(ms) {
  wordsAt = performance.now();
  say(part("moment"), fullMoment(ms));
  const speed = t(clock.direction < 0 ? "play.backwards" : "play.speed", { n: clock.speed });
  say(part("speed"), speed);
  say(part("toggle-words"), t(clock.isPlaying ? "play.pause" : "play.play"));
  if (wordsAt - noteAt > NOTE_MS) say(part("note"), "");
  for (const track of tracks) tellTile(track.tile, track.state, { isOpen, isChosen: tracks.length > 1 && track.code === chosen, nowMs: wordsAt });
  timeline.at(ms, span, t("play.position", { time: fullMoment(ms), speed }));
}

function note(words) {
  noteAt = performance.now();
  say(part("note"), words);
}

function step(direction) {
  const lead = tracks.find(({ code }) => code === chosen);
  if (!lead) return;
  clock.set({ isPlaying: false, isHeld: false });
  const next = lead.player.beside(clock.at(), direction);
  if (next !== null) seek(next + 1); // a hair behind its beginning, so that rounding never shows the one before
}

function toEnd(which) {
  const all = extent(tracks);
  if (all) seek(which === "first" ? all.beginMs : all.endMs - STEP_MS);
}

function toMark(direction) {
  const mark = markBeside(tracks, clock.at(), direction);
  if (!mark) return note(t("play.no-mark"));
  seek(mark.atMs);
  note(`${t(`mark.${mark.kind}`)} ${mark.label}`);
}

async function snapshot() {
  const track = tracks.find(({ code }) => code === chosen);
  const patientUntil = performance.now() + PATIENCE_MS;
  while (track?.state.name === "loading" && performance.now() < patientUntil) await new Promise(requestAnimationFrame);
  if (track?.state.name !== "ready") return note(t("play.no-picture"));
  const ms = track.player.shownMs();
  const blob = await takeSnapshot(track.tile.video, [`${fullMoment(ms)} · ${track.code} ${track.name}`, `UTC ${new Date(ms).toISOString()} · ${t("play.snapshot-line")}`]);
  if (!blob) return note(t("play.no-picture"));
  const answer = await api.command("recordings/snapshots", { camera: track.code, at: new Date(ms).toISOString() });
  if (!answer.ok) return note(answer.error.message || t("play.unreachable"));
  save(blob, snapshotName(track.code, ms));
  note(t("play.snapshot-saved"));
}

function mark(end) {
  span[end] = Math.round(clock.at());
  const whole = markedSpan(span);
  show(part("evidence"), Boolean(whole && config.urls.evidence));
  if (!whole) return say(part("span"), t("play.span-half", { time: exactHour(span[end]) }));
  const [begin, until] = [whole.beginMs, whole.endMs].map((ms) => new Date(ms).toISOString());
  part("evidence").href = `${config.urls.evidence}?${new URLSearchParams({ cameras: tracks.map(({ code }) => code).join(","), begin, end: until })}`;
  say(part("span"), t("play.span", { begin: exactHour(whole.beginMs), end: exactHour(whole.endMs), age: spokenAge((whole.endMs - whole.beginMs) / 1000) }));
}

const ACTS = {
  toggle: () => clock.set({ isPlaying: !clock.isPlaying, isHeld: false, direction: 1 }),
  shuttle: (code) => clock.set({ isHeld: false, ...shuttle(clock, code) }),
  faster: () => clock.set({ speed: nextSpeed(clock.speed, 1) }), slower: () => clock.set({ speed: nextSpeed(clock.speed, -1) }),
  frameBack: () => step(-1), frameOn: () => step(1), back: () => seek(clock.at() - STEP_MS), on: () => seek(clock.at() + STEP_MS),
  first: () => toEnd("first"), last: () => toEnd("last"), previousMark: () => toMark(-1), nextMark: () => toMark(1),
  previousDay: () => seek(clock.at() - DAY_MS), nextDay: () => seek(clock.at() + DAY_MS),
  snapshot, markBegin: () => mark("beginMs"), markEnd: () => mark("endMs"), nearer: () => timeline.zoom(0.5), wider: () => timeline.zoom(2),
  goTo: () => part("go-to").focus(), leave: () => document.activeElement?.blur(),
  choose: (code) => { chosen = tracks[Number(code.at(-1)) - 1]?.code ?? chosen; },
};

document.addEventListener("keydown", (event) => {
  const act = actOf(event);
  if (!act) return;
  event.preventDefault();
  ACTS[act](event.code);
});
document.addEventListener("click", ({ target }) => ACTS[target.closest("[data-act]")?.dataset.act]?.(""));
part("speeds").addEventListener("change", ({ target }) => clock.set({ speed: SPEEDS[target.value], direction: 1 }));
part("why").addEventListener("submit", async (event) => {
  event.preventDefault();
  reason = part("reason").value.trim();
  say(part("why-error"), "");
  await loadDay({ isNew: false });
});
part("moment-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const ms = parseMoment(part("go-to").value, clock.at());
  if (ms === null) return note(t("play.bad-time"));
  part("go-to").blur();
  seek(ms);
});
part("add-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = part("add").value.trim().split(" ")[0];
  if (!known.has(code)) return note(t("play.unknown-camera", { code }));
  if (tracks.length >= MOST_CAMERAS) return note(t("play.full"));
  part("add").value = "";
  setCameras([...new Set([...tracks.map((track) => track.code), code])]);
});
addEventListener("resize", timeline.draw);
start();
