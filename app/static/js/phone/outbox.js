// The outbox of this telephone, on the pages.
import { lang, t } from "../boot.js";
import { account } from "./account.js";
import { Outbox } from "./queue.js";
import { speak } from "./words.js";

export { Outbox };

speak(t);

/** Who is signed in, as the server says now. Rejects without an answer. */
async function identity() {
  // signed out on this telephone counts at once, also before the server has heard of it
  if (!(await account.refresh())) throw new TypeError("no answer from the server");
  return { account: account.me, csrf: await account.csrf() };
}

export const outbox = new Outbox({ identity, lang: () => lang });

account.onWipe((owner) => outbox.forget(owner));
account.addEventListener("change", () => outbox.send());
