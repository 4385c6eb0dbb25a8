/** Building and touching the page. Words go in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** A new element: `options.class`, `options.text`, `options.data`, every other option an attribute. */
export function el(tag, options = {}, ...children) {
  return fill(document.createElement(tag), options, children);
}

export function svg(tag, options = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), options, children);
}

function fill(node, { class: names, text, data = {}, ...attributes }, children) {
  if (names) node.setAttribute("class", names);
  if (text !== undefined) node.textContent = text;
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function part(name, root = document) {
  return root.querySelector(`[data-part="${name}"]`);
}

/** Set text only when it differs, so that a quiet screen costs no layout. */
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/** Words that break between phrases only: Thai has no spaces inside a name, and a browser would cut it anywhere. */
export function phrases(words) {
  return words.split(/( +)/).filter(Boolean).map((chunk) => (chunk.trim() ? el("span", { class: "phrase", text: chunk }) : chunk));
}

/** As `say`, in phrases. */
export function sayPhrases(node, words) {
  if (node.textContent !== words) node.replaceChildren(...phrases(words));
}

export function toggle(node, name, isOn) {
  if (node.classList.contains(name) !== isOn) node.classList.toggle(name, isOn);
}

export function show(node, isShown) {
  if (node.hidden === isShown) node.hidden = !isShown;
}

/** The id that a row or card carries: a number for an alert, words for what is none. */
export function idOf(node) {
  return /^\d+$/.test(node.dataset.id) ? Number(node.dataset.id) : node.dataset.id;
}

/** A printed key: the word in a small frame. */
export function keycap(code, label) {
  return el("kbd", { class: "key", text: label, data: { key: code } });
}

/**
 * Make the children of `parent` those of `items`, keeping the node of every key that stays.
 * `build(item)` makes a node, `update(node, item)` freshens it; a new node carries class `is-new` once.
 */
export function keyed(parent, items, keyOf, build, update) {
  const old = new Map([...parent.children].map((node) => [node.dataset.id, node]));
  let before = parent.firstElementChild;
  for (const item of items) {
    const id = String(keyOf(item));
    const node = old.get(id) ?? build(item);
    node.dataset.id = id;
    old.delete(id);
    update(node, item);
    if (node === before) before = before.nextElementSibling;
    else parent.insertBefore(node, before);
  }
  for (const node of old.values()) node.remove();
}

/** Children replaced at one stroke, only when `signature` says that something is different. */
export function rebuild(parent, signature, build) {
  if (parent.dataset.signature === signature) return;
  parent.dataset.signature = signature;
  parent.replaceChildren(...build());
}
