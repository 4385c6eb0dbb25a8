// Small comforts of the office pages: the bar's clock, "/" for search, J and K through rows, one press per form.
// Everything works without it.

const ROWS = "tr[data-href]";

function startClock() {
  const face = document.querySelector("[data-clock-time]");
  if (!face) return;
  const words = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Bangkok", hour: "2-digit", minute: "2-digit" });
  setInterval(() => { face.textContent = words.format(new Date()); }, 5000);
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input, select, textarea, [contenteditable]");
}

function moveRow(step) {
  const rows = [...document.querySelectorAll(ROWS)];
  if (!rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
  next.querySelector("a")?.focus();
}

const KEYS = {
  Slash: () => document.querySelector("[data-search]")?.focus(),
  KeyJ: () => moveRow(1),
  KeyK: () => moveRow(-1),
};

document.addEventListener("keydown", (event) => {
  const act = KEYS[event.code]; // the physical key: the same under the Thai layout
  if (!act || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.target.closest("a, button, input, label, summary")) return;
  const row = event.target.closest(ROWS);
  if (row && !window.getSelection()?.toString()) window.location.assign(row.dataset.href);
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-once]")) event.submitter?.setAttribute("aria-disabled", "true");
});

startClock();
