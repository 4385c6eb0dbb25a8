/** Words that count by themselves: an element says since when, and one pass a second brings all up to date. */
import { el, say } from "./dom.js";
import { runningAge, settledAge, spokenAge } from "./dates.js";
import { t } from "./i18n.js";

const FORMS = { running: runningAge, settled: settledAge, spoken: spokenAge };

/** An element showing the age of `at`; `sentence` wraps it as its {age}. */
export function ageNode(at, form, { class: names, sentence } = {}) {
  return el("span", { class: names, data: { since: at, form, ...(sentence ? { sentence } : {}) } });
}

export function updateAges(root, nowMs) {
  for (const node of root.querySelectorAll("[data-since]")) {
    const age = FORMS[node.dataset.form]((nowMs - Date.parse(node.dataset.since)) / 1000);
    say(node, node.dataset.sentence ? t(node.dataset.sentence, { age }) : age);
  }
}
