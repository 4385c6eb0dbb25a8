/** The SOS card: what was pressed, how often that point cried before, and the steps to its end. */
import { ackRow, choices, head, line, responseRows, stepRow } from "./card_parts.js";
import { el } from "./dom.js";
import { hourMinuteSecond } from "./dates.js";
import { t } from "./i18n.js";

export function buildSos(alert, { steps }) {
  const [ack, look] = steps;
  const history = alert.details?.history;
  return [
    head(alert, alert.subject),
    line(t("sos.pressed", { place: alert.place, time: hourMinuteSecond(alert.raised_at) })),
    line(history ? t("sos.history", { real: history.real, test: history.test, mistake: history.mistake }) : ""),
    el("ol", { class: "steps" }, ackRow(ack), lookRow(look), ...responseRows(steps)),
  ];
}

function lookRow(step) {
  const words = step.state === "done" ? t("step.look-done") : t("step.look-do");
  const buttons = step.acts?.length ? choices(step.acts) : null;
  return stepRow(step, t("step.look"), buttons ? null : words, buttons);
}
