/** Words of the wall. The page hands them over in its own language; both languages share every module. */

const held = { strings: {}, lang: "th" };

export function load(strings, lang) {
  held.strings = strings;
  held.lang = lang;
}

export function lang() {
  return held.lang;
}

export function has(key) {
  return key in held.strings;
}

/** The sentence `key` with its `{names}` filled in. An unknown key shows itself, so that a hole is seen. */
export function t(key, values = {}) {
  const sentence = held.strings[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
