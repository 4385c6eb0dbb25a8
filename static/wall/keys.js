/**
 * The keyboard. Keys are read by their place (`event.code`), so the Thai layout works like the Latin one, and
 * are left alone while a field has the focus or a modifier is held.
 */

const MOVES = {
  ArrowUp: "previous", KeyK: "previous", ArrowDown: "next", KeyJ: "next", Tab: "nextCard",
  KeyL: "lock", KeyF: "fit", KeyM: "map", KeyC: "sheet", KeyT: "nextCameras",
  KeyG: "group", KeyX: "miss", KeyZ: "shelve", KeyN: "create", Slash: "find", Escape: "back", KeyU: "undo", Minus: "quieter", Equal: "louder", Space: "ack",
};
const ACTS = new Set(["Enter", "KeyR", "KeyA", "KeyP", "KeyV", "Digit1", "Digit2", "Digit3", "Digit4"]);

/** What a key press asks for: {move} or {act}, or null when it is not ours. */
export function meaning({ code, key, ctrlKey, altKey, metaKey, shiftKey, repeat, target }) {
  if (ctrlKey || altKey || metaKey || isField(target)) return null;
  const name = code.replace(/^Numpad(?=\d|Enter)/, (prefix) => (code === "NumpadEnter" ? "" : "Digit"));
  if (name in MOVES) {
    const move = (shiftKey || key === "?") && name === "Slash" ? "help" : MOVES[name];
    return repeat && move !== "next" && move !== "previous" ? { move: "nothing" } : { move };
  }
  if (!ACTS.has(name)) return null;
  return repeat ? { move: "nothing" } : { act: name };
}

function isField(target) {
  return Boolean(target?.closest?.("input, textarea, select, [contenteditable]"));
}

/** Wire `moves` (by name) and `onAct(code)`; a handled key never scrolls or presses a button as well. */
export function listen(target, moves, onAct) {
  target.addEventListener("keydown", (event) => {
    const wish = meaning(event);
    if (!wish) return;
    if (isPlainButton(event)) return;
    event.preventDefault();
    if (wish.act) onAct(wish.act);
    else moves[wish.move]?.();
  });
}

/** A focused button of the page itself (language, sound) keeps Enter and Space. */
function isPlainButton({ code, target }) {
  return (code === "Enter" || code === "Space") && Boolean(target?.closest?.("[data-own-keys]"));
}
