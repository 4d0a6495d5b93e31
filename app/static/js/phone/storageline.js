// How much room there is for reports on this telephone, in a line.
import { t } from "../boot.js";
import { sentences, size } from "./times.js";

/** Write it into a paragraph; nothing where the browser does not say. */
export async function storageLine(line) {
  const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  line.hidden = !quota;
  if (!quota) return;
  const kept = await navigator.storage.persisted?.().catch(() => false);
  line.textContent = sentences(t("phone.outbox.storage", { used: size(usage), quota: size(quota) }), t(kept ? "phone.outbox.storage_kept" : "phone.outbox.storage_loose"));
}
