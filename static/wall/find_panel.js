/** `/` opens it: type a few letters, arrows choose, Enter turns the wall to what was found. */
import { el, rebuild, show } from "./dom.js";
import { hourMinute } from "./dates.js";
import { search } from "./find.js";
import { t } from "./i18n.js";

const ASK_AFTER_MS = 250;
const DAY_MS = 86_400_000;
const BANGKOK_MS = 7 * 3_600_000;

export function createFind(root, { api, clock, state, onFound }) {
  const field = el("input", { class: "over-field", type: "text", autocomplete: "off", maxlength: 60 });
  const list = el("ol", { class: "found" });
  root.append(el("label", {}, el("span", { class: "over-title", text: t("find.title") }), field), list,
    el("p", { class: "over-foot", text: t("find.keys") }));
  let results = [];
  let hits = [];
  let chosen = 0;
  let timer = null;

  const find = { isOpen: () => !root.hidden, close: () => { show(root, false); clearTimeout(timer); field.blur(); } };

  find.open = () => {
    [field.value, hits, chosen] = ["", [], 0];
    show(root, true);
    field.focus();
    draw();
  };

  /** What the wall knows comes at once; today's alerts that are over are asked of the server. */
  function changed() {
    chosen = 0;
    draw();
    clearTimeout(timer);
    const words = field.value.trim();
    if (words) timer = setTimeout(() => ask(words), ASK_AFTER_MS);
  }

  async function ask(words) {
    const since = new Date(Math.floor((clock.now() + BANGKOK_MS) / DAY_MS) * DAY_MS - BANGKOK_MS).toISOString();
    const answer = await api.alertsOf(words, since).catch(() => ({ results: [] }));
    if (words !== field.value.trim()) return;
    hits = answer.results;
    draw();
  }

  function draw() {
    results = search(state(), field.value, hits);
    chosen = Math.max(0, Math.min(chosen, results.length - 1));
    rebuild(list, JSON.stringify([results, chosen, field.value]), () => (results.length ? results.map(row)
      : [el("li", { class: "found-none", text: field.value.trim() ? t("find.none") : t("find.what") })]));
  }

  function row(entry, index) {
    const detail = [entry.at && hourMinute(entry.at), entry.detail].filter(Boolean).join(" · ");
    return el("li", { class: `found-row${index === chosen ? " is-chosen" : ""}`, data: { index } },
      el("span", { class: "found-kind", text: t(`find.${entry.kind}`) }),
      el("span", {}, el("strong", { class: "found-title", text: entry.title }), el("span", { class: "found-detail", text: detail })));
  }

  function go(index) {
    const entry = results[index];
    if (!entry) return;
    find.close();
    onFound(entry);
  }

  field.addEventListener("input", changed);
  list.addEventListener("click", (event) => {
    const line = event.target.closest(".found-row");
    if (line) go(Number(line.dataset.index));
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step) chosen = Math.max(0, Math.min(results.length - 1, chosen + step));
    else if (event.code === "Enter" || event.code === "NumpadEnter") go(chosen);
    else if (event.code === "Escape") find.close();
    else return;
    event.preventDefault();
    if (find.isOpen()) draw();
  });
  return find;
}
