// The values the server hands to the page, and the words of its language.
export const boot = JSON.parse(document.getElementById("boot").textContent);
export const lang = boot.lang;

let grouped = null; // made with the first number: it takes its time
const group = (value) => (grouped ??= new Intl.NumberFormat(lang === "en" ? "en" : "zh-CN")).format(value);

/** The text at a dotted key, with {names} filled in (numbers grouped). In English `key_one` is taken when `n` is 1. */
export function t(key, values) {
  const find = (path) => path.split(".").reduce((node, part) => (node == null ? node : node[part]), boot.strings);
  let text = values && values.n === 1 ? (find(`${key}_one`) ?? find(key)) : find(key);
  if (typeof text !== "string") return key;
  for (const [name, value] of Object.entries(values || {})) {
    text = text.replaceAll(`{${name}}`, typeof value === "number" ? group(value) : String(value));
  }
  return text;
}

/** The field of an object in the page's language: `title` in Chinese, `title_en` in English when there is one. */
export function local(object, field) {
  return (lang === "en" && object[`${field}_en`]) || object[field] || "";
}
