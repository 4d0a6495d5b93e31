// The meeting's sheets: only printing needs a script.
import { startPrinting } from "./paper.js";

startPrinting();
