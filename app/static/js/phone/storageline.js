// How much room there is for reports on this telephone, in a line.
import { t } from "../boot.js";
import { usage } from "./storage.js";
import { sentences, size } from "./times.js";

/** Write it into a paragraph; nothing where the browser does not say. */
export async function storageLine(line) {
  const found = await usage();
  line.hidden = !found;
  if (!found) return;
  const { used, quota, persisted } = found;
  line.textContent = sentences(t("phone.outbox.storage", { used: size(used), quota: size(quota - used) }), t(persisted ? "phone.outbox.storage_kept" : "phone.outbox.storage_loose"));
}
