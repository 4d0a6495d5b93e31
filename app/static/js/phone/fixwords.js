// Why there is no position yet, in the words of the list's own line.
import { t } from "../boot.js";
import { position } from "./position.js";

const HELPFUL = new Set(["ask", "denied", "unavailable", "timeout", "insecure", "unsupported"]);

/** The device's state in a few words; `help`: with what can be done about it. */
export function fixWords({ help = false } = {}) {
  const { state } = position;
  if (!HELPFUL.has(state)) return t("phone.position.waiting");
  return help ? `${t(`phone.position.${state}`)}。${t(`phone.position.${state}_help`)}` : t(`phone.position.${state}`);
}

/** Whether a tap on "turn on" or "again" may bring a position. */
export const mayAsk = () => HELPFUL.has(position.state) && position.state !== "insecure" && position.state !== "unsupported";
