/** The panel that chooses cameras: by street, owner or state, by search, or picked one by one. */
import { el, part, rebuild, show, toggle } from "../../wall/dom.js";
import { t } from "../../wall/i18n.js";
import { cameraMood } from "../../wall/queries.js";
import { groupsOf, inOrder, matching, togglePicked } from "./layouts.js";

const NARROW = "(max-width: 900px)";

export function createChoice({ cameras, onChange }) {
  const [root, list, search] = ["choice", "list", "search"].map((name) => part(name));
  let isOpen = !matchMedia(NARROW).matches;
  let choice;

  part("groupings").addEventListener("click", ({ target }) => {
    const { by } = target.closest("button")?.dataset ?? {};
    if (by) onChange({ by, of: "", cameras: [], page: 0, big: "" });
  });
  list.addEventListener("click", ({ target }) => {
    const group = target.closest("[data-of]")?.dataset.of;
    if (group !== undefined) onChange({ of: choice.of === group && !choice.cameras.length ? "" : group, cameras: [], page: 0, big: "" });
  });
  list.addEventListener("change", ({ target }) => {
    onChange({ cameras: togglePicked(choice.cameras, target.value), page: 0, big: "" });
  });
  search.addEventListener("input", () => render(choice));

  function render(next) {
    choice = next;
    show(root, isOpen);
    part("choose").setAttribute("aria-expanded", String(isOpen));
    for (const button of part("groupings").children) toggle(button, "is-on", button.dataset.by === choice.by);
    const states = cameras.map(cameraMood).join();
    rebuild(list, JSON.stringify([choice.by, choice.of, choice.cameras, search.value, choice.by === "health" ? states : ""]), rows);
  }

  /** Cameras under their chosen group or the search; else the groups alone. */
  function rows() {
    const picked = cameras.filter(({ code }) => choice.cameras.includes(code));
    const head = picked.length ? [el("p", { class: "choice-head", text: t("live.picked", { n: picked.length }) }), ...picked.map(row)] : [];
    if (search.value.trim()) {
      const found = inOrder(matching(cameras, search.value)).filter((camera) => !picked.includes(camera));
      return [...head, ...(found.length ? found.map(row) : [el("p", { class: "choice-head", text: t("live.no-match") })])];
    }
    return [...head, ...groupsOf(cameras, choice.by).flatMap(group)];
  }

  function group({ value, cameras: members }) {
    const isChosen = choice.of === value;
    const button = el("button", { class: `choice-group${isChosen ? " is-on" : ""}`, type: "button", data: { of: value }, "aria-pressed": String(isChosen) },
      el("span", { text: groupName(value, choice.by) }), el("b", { text: String(members.length) }));
    return isChosen ? [button, ...members.filter(({ code }) => !choice.cameras.includes(code)).map(row)] : [button];
  }

  function row(camera) {
    const box = el("input", { type: "checkbox", value: camera.code });
    box.checked = choice.cameras.includes(camera.code);
    return el("label", { class: `choice-row is-${cameraMood(camera)}` }, box, el("b", { text: camera.code }), el("span", { text: camera.name }));
  }

  return {
    render,
    toggle() {
      isOpen = !isOpen;
      render(choice);
      if (isOpen) search.focus();
    },
    leave() {
      if (document.activeElement === search) search.blur();
    },
  };
}

/** A group's name in words. */
export function groupName(value, by) {
  if (by === "health") return t(`mood.${value}`);
  return value === "-" ? t("live.nameless") : value;
}
