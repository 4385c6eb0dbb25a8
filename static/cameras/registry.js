// The register: the map, the save bar that says the change in words, a still that stays fresh. Works without it.

import { startMap } from "./map.js";

const STILL_MS = 2000;

const box = document.querySelector("[data-camera-map]");
if (box) startMap(box);

const form = document.querySelector("form[data-camera-form]");
const words = form?.querySelector("[data-change-words]");
if (words) {
  const tell = () => { words.textContent = changeWords(form); };
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  form.addEventListener("reset", () => setTimeout(tell));
}

function changeWords({ elements, dataset }) {
  const changes = [...elements].filter(isChanged).map((field) => fill(dataset.beforeAfter, {
    field: labelOf(field), before: before(field) || "–", after: now(field) || "–",
  }));
  if (!changes.length) return dataset.nothing;
  return fill(dataset.changes, { count: changes.length, list: changes.join(", ") });
}

function isChanged(field) {
  return Boolean(field.name) && field.type !== "hidden" && before(field) !== now(field);
}

function before(field) {
  if (field.type === "checkbox") return field.defaultChecked ? "✓" : "";
  if (field instanceof HTMLSelectElement) return [...field.options].find((option) => option.defaultSelected)?.text ?? field.options[0]?.text;
  return withUnit(field, field.defaultValue);
}

function now(field) {
  if (field.type === "checkbox") return field.checked ? "✓" : "";
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.text;
  return withUnit(field, field.value);
}

function withUnit({ dataset }, text) {
  return text && dataset.unit ? text + dataset.unit : text;
}

function labelOf(field) {
  return field.labels?.[0]?.textContent.trim() ?? field.name;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

const still = document.querySelector("[data-still]");
if (still) {
  const address = still.getAttribute("src");
  setInterval(() => { if (!document.hidden) still.src = `${address}?at=${Date.now()}`; }, STILL_MS);
}

document.querySelector("select[data-submit]")?.addEventListener("change", (event) => event.target.form.requestSubmit());

if (document.querySelector(".shows-camera")) {
  document.querySelector("tr.is-selected a[data-open]")?.focus({ preventScroll: true });
}
