/** The panel that turns the enlarged camera: hold a direction, let go to stop; the server stops it if we vanish. */
import { el, say, show } from "../wall/dom.js";
import { t } from "../wall/i18n.js";

const RENEW_MS = 500; // the server stops a movement after 1.5 s without another
const LOOK_MS = 5000;
const LEASE_S = 30;
const SPEED = 0.6;
const MOVES = {
  ArrowUp: { tilt: SPEED }, ArrowDown: { tilt: -SPEED }, ArrowLeft: { pan: -SPEED }, ArrowRight: { pan: SPEED },
  Equal: { zoom: SPEED }, NumpadAdd: { zoom: SPEED }, Minus: { zoom: -SPEED }, NumpadSubtract: { zoom: -SPEED },
};
const BUTTONS = [["ArrowUp", "▲", "ptz.up"], ["ArrowLeft", "◀", "ptz.left"], ["ArrowRight", "▶", "ptz.right"],
  ["ArrowDown", "▼", "ptz.down"], ["Equal", "+", "ptz.nearer"], ["Minus", "−", "ptz.wider"]];

/** Sends movements one after another for as long as a direction is held, then one stop: never a stop overtaken. */
export function createTurning({ send, wait = (ms) => new Promise((done) => { setTimeout(done, ms); }) }) {
  let turn = 0;
  let held = null;
  let last = Promise.resolve(true);

  async function run(mine, velocity) {
    while (mine === turn) {
      last = last.then(() => (mine === turn ? send({ action: "MOVE", ...velocity }) : true));
      if (!(await last)) {
        if (mine === turn) held = null;
        return;
      }
      await wait(RENEW_MS);
    }
  }

  return {
    hold(name, velocity) {
      if (held === name) return;
      held = name;
      turn += 1;
      run(turn, velocity);
    },
    letGo() {
      if (held === null) return;
      held = null;
      turn += 1;
      last = last.then(() => send({ action: "STOP" }));
    },
  };
}

/** The panel in `root`. `follow(code)` shows it for a camera that can turn, or hides it with an empty code. */
export function createPtz({ root, api }) {
  const state = { code: "", canTurn: false, isMine: false, presets: [] };
  const words = el("p", { class: "ptz-words", role: "status" });
  const presets = el("div", { class: "ptz-presets" });
  const release = el("button", { class: "button button-small", type: "button", text: t("ptz.release") });
  const turning = createTurning({ send: command });
  root.append(el("h3", { text: t("ptz.title") }), pad(), presets, words, release, el("p", { class: "ptz-keys", text: t("ptz.keys") }));
  release.addEventListener("click", () => command({ action: "RELEASE" }));
  presets.addEventListener("click", ({ target }) => goTo(target.closest("button")?.dataset.preset));
  for (const name of ["blur", "pagehide"]) addEventListener(name, turning.letGo);
  setInterval(() => { if (state.canTurn && document.visibilityState !== "hidden") look(state.code); }, LOOK_MS);

  function pad() {
    const buttons = BUTTONS.map(([name, sign, label]) => {
      const button = el("button", { class: "ptz-button", type: "button", text: sign, data: { move: name }, "aria-label": t(label), title: t(label) });
      button.addEventListener("pointerdown", () => turning.hold(name, MOVES[name]));
      for (const end of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(end, turning.letGo);
      return button;
    });
    const home = el("button", { class: "ptz-button", type: "button", text: "⌂", data: { move: "home" }, "aria-label": t("ptz.home"), title: t("ptz.home") });
    home.addEventListener("click", goHome);
    return el("div", { class: "ptz-pad" }, ...buttons, home);
  }

  /** Send one command; true where the camera does it. What it may not do is told in the panel. */
  async function command(body) {
    const { code } = state;
    const { ok, data, error } = await api.command(`cameras/${encodeURIComponent(code)}/ptz`, body);
    if (code !== state.code) return false;
    if (ok) take(data);
    else say(words, error.message || t("ptz.lost"));
    return ok;
  }

  async function look(code) {
    try {
      const data = await api.json(`cameras/${encodeURIComponent(code)}/ptz`);
      if (code === state.code) take(data);
    } catch {
      if (code === state.code && state.canTurn) say(words, t("ptz.lost"));
    }
  }

  function take(data) {
    Object.assign(state, { canTurn: data.can_turn, isMine: data.is_mine });
    if (data.presets) fillPresets(data.presets);
    show(root, state.canTurn);
    show(release, state.isMine);
    say(words, data.is_mine ? t("ptz.mine", { n: LEASE_S }) : data.holder ? t("ptz.held", { name: data.holder }) : t("ptz.free"));
    if (state.isMine && !state.presets.length && !data.presets) command({ action: "TAKE" });
  }

  function fillPresets(found) {
    state.presets = found;
    presets.replaceChildren(...found.slice(0, 9).map(({ token, name }, at) =>
      el("button", { class: "button button-small", type: "button", data: { preset: token }, text: `${at + 1} ${name || token}` })));
  }

  function goTo(preset) {
    if (preset) command({ action: "PRESET", preset });
  }

  function goHome() {
    command({ action: "HOME" });
  }

  return {
    follow(code) {
      if (code === state.code) return;
      turning.letGo();
      if (state.isMine) command({ action: "RELEASE" });
      Object.assign(state, { code, canTurn: false, isMine: false, presets: [] });
      presets.replaceChildren();
      show(root, false);
      if (code) look(code);
    },
    /** True where the key was meant for the camera. Digits are presets only while the camera is ours. */
    press({ code, repeat }) {
      if (!state.canTurn) return false;
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(code)?.[1];
      if (code in MOVES) turning.hold(code, MOVES[code]);
      else if (code === "KeyH" && !repeat) goHome();
      else if (digit && state.isMine && state.presets[digit - 1]) goTo(state.presets[digit - 1].token);
      else return false;
      return true;
    },
    release({ code }) {
      if (code in MOVES) turning.letGo();
    },
  };
}
