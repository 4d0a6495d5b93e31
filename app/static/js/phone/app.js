// The phone's page: shows the screen of the address and reads the parts that are not needed at once when they are.
import { onShow, startScreens } from "./screens.js";

/** Screens whose modules are read when they are first shown. A module registers with onShow() itself. */
const LATER = {};

for (const [name, read] of Object.entries(LATER)) {
  let asked = false;
  onShow(name, () => {
    if (asked) return;
    asked = true;
    read().catch(() => (asked = false)); // asked again when the screen is shown again
  });
}
startScreens();
