/** `N` opens it: a digit for the kind, the place, a note, Enter. An incident that no alert announced. */
import { KINDS, commandFor, knownPlaces } from "./cases.js";
import { el, say, show, toggle } from "./dom.js";
import { t } from "./i18n.js";

export function createNewCase(root, { api, can, onOpened }) {
  const kinds = KINDS.map((kind) => el("button", { class: "kind", type: "button", data: { key: kind.key } },
    el("span", { class: "key", text: kind.key.slice(5) }), el("span", { text: t(`kind.${kind.code}`) })));
  const places = el("datalist", { id: "known-places" });
  const where = field({ list: "known-places", maxlength: 200 });
  const note = field({ maxlength: 150 });
  const error = el("p", { class: "over-error", role: "alert", hidden: "" });
  root.append(el("h2", { class: "over-title", text: t("case.title") }), el("div", { class: "kinds" }, ...kinds),
    el("label", {}, el("span", { class: "over-label", text: t("case.where") }), where),
    el("label", {}, el("span", { class: "over-label", text: t("case.note") }), note),
    places, error, el("p", { class: "over-foot", text: t("case.keys") }));
  let known = [];
  let chosen = null;
  let isSending = false;

  const panel = { isOpen: () => !root.hidden, close: () => { show(root, false); document.activeElement?.blur(); } };

  panel.open = (state) => {
    if (!can.includes("incidents.work")) return;
    known = knownPlaces(state);
    places.replaceChildren(...known.map(({ name }) => el("option", { value: name })));
    [where.value, note.value] = ["", ""];
    choose(null);
    fail("");
    show(root, true);
    kinds[0].focus();
  };

  function choose(kind) {
    chosen = kind;
    kinds.forEach((button) => toggle(button, "is-chosen", button.dataset.key === kind?.key));
    if (kind) where.focus();
  }

  function fail(words) {
    say(error, words);
    show(error, Boolean(words));
  }

  async function send() {
    if (isSending) return;
    if (!chosen) {
      fail(t("case.no-kind"));
      kinds[0].focus();
      return;
    }
    isSending = true;
    const said = { kind: chosen, label: t(`kind.${chosen.code}`), where: where.value, note: note.value };
    const answer = await api.command("incidents", commandFor(said, known));
    isSending = false;
    if (!answer.ok) return fail(answer.error.message || t("card.unreachable"));
    panel.close();
    onOpened(answer.data);
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest(".kind");
    if (button) choose(KINDS.find(({ key }) => key === button.dataset.key));
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const isTyping = event.target === where || event.target === note;
    const kind = isTyping ? null : KINDS.find(({ key }) => key === event.code.replace("Numpad", "Digit"));
    if (kind) choose(kind);
    else if (event.code === "Escape") panel.close();
    else if (event.target === where && isEnter(event)) note.focus();
    else if (event.target === note && isEnter(event)) send();
    else return;
    event.preventDefault();
  });
  return panel;
}

function isEnter({ code, isComposing }) {
  return !isComposing && (code === "Enter" || code === "NumpadEnter");
}

function field(options) {
  return el("input", { class: "over-field", type: "text", autocomplete: "off", ...options });
}
