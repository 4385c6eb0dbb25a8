/** All keys on one sheet, over the wall until any of ? or Esc. */
import { el, say, show } from "./dom.js";
import { t } from "./i18n.js";

const KEYS = [
  ["Space", "ack"], ["J K", "rows"], ["Tab", "card"], ["1–4", "verdict"], ["P V", "confirm"], ["Enter", "send"],
  ["R", "second"], ["A", "arrive"], ["U", "undo"], ["Z", "shelve"], ["G", "group"], ["N", "create"], ["/", "find"], ["Esc", "back"], ["M", "map"], ["L", "lock"], ["F", "fit"],
  ["C", "sheet"], ["T", "cameras"], ["X 1–4", "miss"], ["− +", "volume"], ["?", "help"],
];

export function createHelp(root) {
  root.append(el("h2", { class: "help-title", text: t("help.title") }),
    el("dl", { class: "help-list" }, ...KEYS.flatMap(([key, name]) => [
      el("dt", {}, el("kbd", { class: "key", text: key })), el("dd", { text: t(`help.${name}`) })])));
  const source = el("p", { class: "help-source" });
  root.append(source);
  return {
    /** Whose map data this is; its licence asks that it be said. */
    credit: (words) => say(source, words ?? ""),
    isOpen: () => !root.hidden,
    toggle: () => show(root, root.hidden),
    close: () => show(root, false),
  };
}
