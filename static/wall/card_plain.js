/** The cards of a camera or system alert and of an incident opened by hand: what, where, since when, how it ended. */
import { ackRow, choices, head, line, responseRows, shelfLine, stepRow } from "./card_parts.js";
import { el } from "./dom.js";
import { hourMinuteSecond } from "./dates.js";
import { t } from "./i18n.js";

export function buildPlain(alert, { steps }) {
  const [ack, settle] = steps;
  return [
    head(alert, alert.subject),
    line(alert.place),
    line(t("plain.first-last", {
      first: hourMinuteSecond(alert.raised_at), last: hourMinuteSecond(alert.last_at), n: alert.count,
    })),
    shelfLine(alert),
    el("ol", { class: "steps" }, ackRow(ack),
      stepRow(settle, t("step.settle"), settle.acts?.length ? null : t("step.settle-do"),
        settle.acts?.length ? choices(settle.acts) : null)),
  ];
}

export function buildIncident(incident, { steps }) {
  return [
    head(incident, incident.subject),
    line(t("incident.opened", { number: incident.details.number, time: hourMinuteSecond(incident.raised_at) })),
    line(incident.place),
    el("ol", { class: "steps" }, ...responseRows(steps)),
  ];
}
