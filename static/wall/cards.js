/** The bench's cards: the chosen alert and the next one. A card is rebuilt only when what it says has changed. */
import { updateAges } from "./ages.js";
import { buildHit } from "./card_hit.js";
import { overlay } from "./card_parts.js";
import { buildIncident, buildPlain } from "./card_plain.js";
import { buildSos } from "./card_sos.js";
import { el, idOf, keyed, rebuild } from "./dom.js";

const BUILDERS = { SOS: buildSos, PLATE_HIT: buildHit, INCIDENT: buildIncident };

export function createCards(root, { desk, onPress }) {
  root.addEventListener("click", (event) => {
    const card = event.target.closest(".card");
    const target = event.target.closest("[data-key]");
    if (card) onPress(idOf(card), target?.dataset.key ?? null);
  });

  return {
    render(nowMs) {
      keyed(root, desk.cards(), (alert) => alert.id, () => el("article", { class: "card" }),
        (node, alert) => renderCard(node, alert, desk));
      updateAges(root, nowMs);
    },
  };
}

function renderCard(node, alert, desk) {
  const chosen = alert.id === desk.selected ? " is-selected" : "";
  node.setAttribute("class", `card is-p${alert.priority} is-${alert.state.toLowerCase()}${chosen}`);
  const view = {
    steps: desk.stepsOf(alert),
    ticks: desk.ticksOf(alert.id),
    pending: desk.pending.get(alert.id) ?? null,
    error: desk.errors.get(alert.id) ?? null,
    isBusy: desk.busy.has(alert.id),
    shelf: desk.shelf?.id === alert.id ? desk.shelf : null,
    isDesk: desk.isDesk,
  };
  const build = BUILDERS[alert.kind] ?? buildPlain;
  rebuild(node, signatureOf(alert, view), () => [...build(alert, view), overlay(alert, view)].filter(Boolean));
}

function signatureOf(alert, { steps, ticks, pending, error, isBusy, shelf }) {
  return JSON.stringify([alert, steps, [...ticks].sort(), pending?.until ?? 0, error, isBusy, shelf]);
}
