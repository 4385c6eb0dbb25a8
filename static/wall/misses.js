/**
 * "From here it could not be seen": X, then the numeral of a picture, or that picture's button. The ranking
 * learns from it. What was said last can be taken back by U until another key is put to an alert.
 */
import { place } from "./geo.js";

const NUMERAL = /^Digit([1-4])$/;

export function createMisses({ api, can, onChange }) {
  const said = new Map(); // "alert/camera" -> {state: "sending" | "said" | "failed", id}
  const isOffered = can.includes("cameras.learn");
  let isArmed = false;
  let last = null;

  const keyOf = (target, code) => `${target.id}/${code}`;

  async function say(target, code) {
    isArmed = false;
    const spot = place(target);
    const key = keyOf(target, code);
    if (!isOffered || !spot || ["sending", "said"].includes(said.get(key)?.state)) return;
    const one = { state: "sending", id: null, key, code };
    said.set(key, one);
    onChange();
    // An incident opened by hand stands on the wall without an alert of its own.
    const alert = typeof target.id === "number" ? { alert_id: target.id } : {};
    const [lat, lon] = spot;
    const answer = await api.command(`cameras/${encodeURIComponent(code)}/saw-nothing`, { lat, lon, ...alert });
    one.state = answer.ok ? "said" : "failed";
    one.id = answer.ok ? answer.data.id : null;
    if (answer.ok) last = one;
    onChange();
  }

  async function takeBack(one) {
    if (last === one) last = null;
    one.state = "sending";
    onChange();
    const answer = await api.command(`saw-nothing/${one.id}/undo`);
    // Taken back on another screen already is taken back.
    if (answer.ok || answer.error.code === "not_there") said.delete(one.key);
    else one.state = "said";
    onChange();
  }

  return {
    isArmed: () => isArmed,
    isOffered: () => isOffered,
    /** Camera that was said last and that U would take back; null for none. */
    last: () => last?.code ?? null,
    stateOf: (target, code) => (target ? said.get(keyOf(target, code))?.state ?? null : null),
    /** X: wait for a numeral, or wait no more. Needs ranked pictures. */
    arm(views) {
      isArmed = !isArmed && isOffered && Boolean(views?.length);
      onChange();
    },
    /** The button of a picture: say it, or take it back. */
    turn(target, code) {
      const one = said.get(keyOf(target, code));
      if (one?.state === "said") return takeBack(one);
      return say(target, code);
    },
    /** True when the key was meant for the pictures; any other ends the waiting and what U stands for. */
    press(key, target, views) {
      const numeral = NUMERAL.exec(key)?.[1];
      const view = isArmed && numeral ? views?.find(({ rank }) => rank === Number(numeral)) : null;
      const wasArmed = isArmed;
      isArmed = false;
      if (!view) last = null;
      else say(target, view.code);
      if (wasArmed) onChange();
      return wasArmed && Boolean(numeral);
    },
    undo() {
      if (!last) return false;
      takeBack(last);
      return true;
    },
    back() {
      const wasArmed = isArmed;
      isArmed = false;
      if (wasArmed) onChange();
      return wasArmed;
    },
  };
}
