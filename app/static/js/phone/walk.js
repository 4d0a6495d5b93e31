// A stretch of a line, walked: positions become metres from–to. Nothing of the way is kept but the two ends.
import { course, locate, locateNear } from "./along.js";

/** A fix coarser than this says nothing about metres. */
export const COARSE_M = 30;
/** Farther from the line than this (beyond the fix's own error) is not on it. */
const BESIDE_M = 30;
/** Faster than anybody goes along a building site, in metres per second. */
const FASTEST = 12;
/** So many fixes in a row that agree with each other prove that the jump was the truth. */
const CONVINCING = 3;

/**
 * Takes fixes {lon, lat, accuracy_m, at (ISO)} of somebody who walks along a line (GeoJSON geometry). `from_m`, `to_m` are
 * null until the first that counts. The lines' length is the server's; ours differs by less than a millimetre.
 */
export class Walk {
  constructor(geometry, length) {
    this.line = course(geometry);
    this.length = length ?? this.line.length;
    this.from_m = null;
    this.to_m = null;
    this.last = null;
    this.doubtful = [];
  }

  get metres() {
    return this.from_m === null ? 0 : this.to_m - this.from_m;
  }

  /** Takes a fix; says what became of it: `taken`, `coarse`, `beside`, `jump` or `old`, with `off_m` and `along_m`. */
  take(fix) {
    if (!(fix.accuracy_m <= COARSE_M)) return { state: "coarse", accuracy_m: fix.accuracy_m };
    const at = Date.parse(fix.at);
    if (this.last && at <= this.last.at) return { state: "old" };
    const found = this.last
      ? locateNear(this.line, fix.lon, fix.lat, this.last.along_m, Math.max(10, fix.accuracy_m))
      : locate(this.line, fix.lon, fix.lat);
    if (found.off_m > BESIDE_M + fix.accuracy_m) return { state: "beside", ...found };
    const place = { at, along_m: Math.min(found.along_m, this.length), accuracy_m: fix.accuracy_m };
    if (this.last && !reachable(this.last, place)) {
      if (this.doubtful.length && !reachable(this.doubtful.at(-1), place)) this.doubtful = [];
      this.doubtful.push(place);
      if (this.doubtful.length < CONVINCING) return { state: "jump", ...found };
    }
    this.doubtful = [];
    this.last = place;
    this.from_m = Math.min(this.from_m ?? place.along_m, place.along_m);
    this.to_m = Math.max(this.to_m ?? place.along_m, place.along_m);
    return { state: "taken", off_m: found.off_m, along_m: place.along_m };
  }

  /** The stretch in whole metres, [from, to]; the line's own end stays what it is. Null when nobody has moved. */
  stretch() {
    if (this.from_m === null) return null;
    const whole = (metres) => (this.length - metres < 0.5 ? this.length : Math.round(metres));
    const [from, to] = [whole(this.from_m), whole(this.to_m)];
    return to > from ? [from, to] : null;
  }
}

/** Whether somebody can have come from one place to the other, their errors allowed for. */
function reachable(from, to) {
  const seconds = Math.max(1, (to.at - from.at) / 1000);
  return Math.abs(to.along_m - from.along_m) <= FASTEST * seconds + from.accuracy_m + to.accuracy_m;
}

/** One end of a stretch moved by so many metres, within the line and without passing the other end. */
export function moved([from, to], end, by, length) {
  if (end === "from") return [Math.max(0, Math.min(from + by, to - 1)), to];
  return [from, Math.min(length, Math.max(to + by, from + 1))];
}
