/** The trouble band: large words while the screen cannot be trusted, and for 5 s after, with what was missed. */
import { el, part, rebuild, show } from "./dom.js";
import { runningAge } from "./dates.js";
import { t } from "./i18n.js";
import { warningMark } from "./shapes.js";

const STAYS_MS = 5000;

export function createBand(root, frame) {
  let lostAt = null;
  let seqAtLoss = 0;
  let back = null;

  function follow(status, seq, nowMs) {
    if (status.level === "lost") {
      if (lostAt === null) [lostAt, seqAtLoss] = [nowMs - status.silence_ms, seq];
      back = null;
    } else if (lostAt !== null) {
      back = { at: nowMs, away: (nowMs - lostAt) / 1000 };
      lostAt = null;
    }
    if (back && nowMs - back.at > STAYS_MS) back = null;
  }

  return {
    isUp: () => lostAt !== null,
    render(status, seq, nowMs) {
      follow(status, seq, nowMs);
      const words = lostAt !== null ? troubleWords(status) : back && backWords(back, seq - seqAtLoss);
      show(root, Boolean(words));
      frame.classList.toggle("has-band", Boolean(words));
      root.classList.toggle("is-back", lostAt === null);
      if (!words) return;
      part("band-title", root).textContent = words.title;
      rebuild(part("band-more", root), words.more, () => [el("span", { text: words.more })]);
      part("band-side", root).textContent = words.side;
      rebuild(part("band-mark", root), String(lostAt !== null), () => (lostAt !== null ? [warningMark()] : []));
    },
  };
}

function troubleWords(status) {
  const age = runningAge(status.silence_ms / 1000);
  if (status.isRefused) {
    return { title: t("band.signed-out", { age }), more: t("band.signed-out-do"), side: "" };
  }
  return { title: t("band.lost", { age }), more: t("band.lost-do"), side: t("band.try", { n: status.attempt }) };
}

function backWords({ away }, missed) {
  return {
    title: t("band.back"),
    more: t("band.back-missed", { age: runningAge(away), n: Math.max(0, missed) }),
    side: "",
  };
}
