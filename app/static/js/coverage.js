// The coverage board: what if, before and after, and the curves that are long in coming.
import { Swipe } from "./coverageswipe.js";
import { bringCurves } from "./coveragetimeline.js";
import { WhatIf } from "./coveragewhatif.js";

const map = document.getElementById("coverage-map");
const panel = document.getElementById("what-if");

if (map && panel) new WhatIf(map, panel);
if (map) new Swipe(map);
bringCurves();
