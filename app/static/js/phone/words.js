// Sentences of modules that also run where there is no page (the service worker): a page hands in its `t`.
let say = (key) => key;

/** From now on words come from `t(key, values)`. */
export function speak(t) {
  say = t;
}

/** The text at a key of [phone.keep]. */
export const words = (key, values) => say(`phone.keep.${key}`, values);

/** Something a person should be told: `code` for programs, `message` in the page's language. */
export class Told extends Error {
  constructor(code, values = {}, options = {}) {
    super(words(code, values), options);
    this.name = "Told";
    this.code = code;
    this.values = values;
  }
}
