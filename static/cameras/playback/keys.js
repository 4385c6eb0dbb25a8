/** What each key of the playback page asks for. By place on the keyboard, so that the Thai layout works as well. */

const ACTS = {
  Space: "toggle", KeyJ: "shuttle", KeyK: "shuttle", KeyL: "shuttle", Comma: "frameBack", Period: "frameOn",
  ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last", KeyS: "snapshot", BracketLeft: "markBegin", BracketRight: "markEnd",
  Equal: "nearer", Minus: "wider", ArrowUp: "faster", ArrowDown: "slower", KeyN: "nextMark", KeyB: "previousMark", Slash: "goTo", Escape: "leave",
  Digit1: "choose", Digit2: "choose", Digit3: "choose", Digit4: "choose",
};
const REPEATED = new Set(["frameBack", "frameOn", "back", "on", "nearer", "wider"]);

/** The name of the act, null for a key that is not ours: a field has it, or a modifier, or a button its own. */
export function actOf({ code, ctrlKey, altKey, metaKey, repeat, target }) {
  if (ctrlKey || altKey || metaKey) return null;
  const act = ACTS[code] ?? null;
  if (act === "leave") return act;
  if (target?.closest?.("input, textarea, select, details")) return null;
  if (code === "Space" && target?.closest?.("button, a")) return null;
  return repeat && !REPEATED.has(act) ? null : act;
}
