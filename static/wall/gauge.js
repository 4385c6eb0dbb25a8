/** The load gauge: alerts in ten minutes, an hour in five-minute bars, the flood line at ten. */
import { el, part, say, toggle } from "./dom.js";
import { runningAge, secondsSince } from "./dates.js";
import { t } from "./i18n.js";
import { FLOOD_LINE, SLOTS, load, shelved, waiting } from "./queries.js";

/** Bars are drawn up to a fifth above the flood line; a taller one is cut and shows the cut. */
const TALLEST = FLOOD_LINE * 1.2;

export function createGauge(root) {
  const bars = part("gauge-bars", root);
  bars.append(...Array.from({ length: SLOTS }, () => el("i", { class: "gauge-bar" })));

  return {
    render(state, nowMs) {
      const { recent, slots, isFlood } = load(state, nowMs);
      say(part("gauge-figure", root), String(recent));
      toggle(root, "is-flood", isFlood);
      slots.forEach((count, index) => drawBar(bars.children[index], count, index === SLOTS - 1));
      renderWaiting(root, waiting(state), nowMs);
      say(part("gauge-shelved", root), String(shelved(state).length));
    },
  };
}

function drawBar(bar, count, isNow) {
  const share = Math.min(count, TALLEST) / TALLEST;
  bar.style.setProperty("height", count ? `${(share * 100).toFixed(1)}%` : "");
  toggle(bar, "is-now", isNow);
  toggle(bar, "is-over", count > FLOOD_LINE);
  toggle(bar, "is-cut", count > TALLEST);
}

function renderWaiting(root, waits, nowMs) {
  say(part("gauge-waiting", root), String(waits.length));
  const oldest = Math.max(0, ...waits.map((alert) => secondsSince(alert.raised_at, nowMs)));
  say(part("gauge-oldest", root), waits.length ? runningAge(oldest) : t("gauge.nobody"));
}
