// Where the phone is. Asked for only while a screen needs it and the page is in view; kept in memory only, never sent
// from here. A place put by hand stands in for the device's until it is taken back.

/** How far off a fix may be, in metres, to count as good or fair; beyond COARSE the phone only gives its district. */
const GOOD = 15;
const FAIR = 50;
const COARSE = 1000;
const WAIT_MS = 20_000;
const AGE_MS = 5_000;

/** good | fair | poor | coarse */
export function grade(accuracy) {
  if (accuracy <= GOOD) return "good";
  if (accuracy <= FAIR) return "fair";
  return accuracy <= COARSE ? "poor" : "coarse";
}

// Some browsers never say that they were allowed. Whoever has turned location on here before is not made to tap again.
const STORE = "m-location";
const remembered = () => {
  try {
    return localStorage.getItem(STORE) === "on";
  } catch {
    return false; // blocked storage
  }
};
const remember = (on) => {
  try {
    if (on) localStorage.setItem(STORE, "on");
    else localStorage.removeItem(STORE);
  } catch {
    // it is asked for again next time
  }
};

const FAILED = { 1: "denied", 2: "unavailable", 3: "timeout" };

/**
 * Events: "change" when position or state is another, "heading" when the compass has turned.
 * `state`: off | ask | waiting | ok | denied | unavailable | timeout | insecure | unsupported; of the device, also while a
 * pin stands in. "ask": the browser will ask the person, and does so when `ask()` is called from a tap.
 */
class Position extends EventTarget {
  constructor() {
    super();
    this.state = "off";
    this.device = null;
    this.pinned = null;
    this.heading = null; // degrees from north, clockwise, of the phone's upper edge; null without a compass
    this.wanted = 0;
    this.mayAsk = remembered();
    this.watch = null;
    this.grade = grade;
    document.addEventListener("visibilitychange", () => this.settle());
  }

  /** {lon, lat, accuracy_m, at (ISO), source: "device" | "pin"} or null. */
  get current() {
    return this.pinned || this.device;
  }

  /** A screen needs the position; every call wants its `stop()`. */
  start() {
    this.wanted += 1;
    this.settle();
  }

  stop() {
    this.wanted = Math.max(0, this.wanted - 1);
    this.settle();
  }

  /** Ask the device once more, after the person has changed a permission or gone outside. */
  retry() {
    this.end();
    this.settle();
  }

  /** Watch exactly while somebody needs it and looks. */
  settle() {
    if (!this.needed) this.end();
    else if (this.watch === null) this.begin();
    if (this.needed) this.listen();
    else this.deafen();
  }

  get needed() {
    return this.wanted > 0 && !document.hidden;
  }

  begin() {
    if (!window.isSecureContext) return this.tell("insecure");
    if (!navigator.geolocation) return this.tell("unsupported");
    if (this.mayAsk) return this.follow();
    this.permission().then((permission) => {
      if (!this.needed || this.watch !== null) return;
      if (permission === "prompt") this.tell("ask");
      else if (permission === "denied") this.tell("denied");
      else this.follow();
    });
  }

  /** granted | denied | prompt, or "" where the browser does not say. */
  async permission() {
    try {
      const status = await navigator.permissions.query({ name: "geolocation" });
      status.onchange = () => {
        if (status.state === "granted") this.retry();
        else if (status.state === "denied") this.failed({ code: 1 });
      };
      return status.state;
    } catch {
      return "";
    }
  }

  /** To be called from a tap: let the browser ask the person, or try once more. */
  ask() {
    remember((this.mayAsk = true));
    this.retry();
  }

  follow() {
    if (!this.device) this.tell("waiting");
    this.watch = navigator.geolocation.watchPosition((found) => this.found(found), (error) => this.failed(error), {
      enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: AGE_MS,
    });
  }

  end() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  found({ coords, timestamp }) {
    this.device = {
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy_m: coords.accuracy,
      at: new Date(timestamp).toISOString(),
      source: "device",
    };
    this.tell("ok");
  }

  failed(error) {
    const why = window.isSecureContext ? FAILED[error.code] || "unavailable" : "insecure";
    if (why === "denied") {
      this.end(); // it goes on when the person says so
      this.device = null;
      remember((this.mayAsk = false));
    }
    this.tell(why);
  }

  tell(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  /** Put the place by hand. Its accuracy is the person's care; none is claimed. */
  pin(lon, lat) {
    this.pinned = { lon, lat, accuracy_m: null, at: new Date().toISOString(), source: "pin" };
    this.dispatchEvent(new Event("change"));
  }

  /** Trust the device again. */
  unpin() {
    this.pinned = null;
    this.dispatchEvent(new Event("change"));
  }

  /** Whether the compass has to be allowed by a tap first, as on iOS. */
  get compassAsks() {
    return typeof window.DeviceOrientationEvent?.requestPermission === "function" && !this.compassAllowed;
  }

  /** To be called from a tap: ask for the compass. Resolves to whether it was allowed. */
  async askCompass() {
    const answer = await window.DeviceOrientationEvent.requestPermission().catch(() => "denied");
    this.compassAllowed = answer === "granted";
    this.dispatchEvent(new Event("change"));
    return this.compassAllowed;
  }

  listen() {
    if (this.turned) return;
    this.turned = (event) => this.turn(event);
    addEventListener("deviceorientationabsolute", this.turned);
    addEventListener("deviceorientation", this.turned);
  }

  deafen() {
    if (!this.turned) return;
    removeEventListener("deviceorientationabsolute", this.turned);
    removeEventListener("deviceorientation", this.turned);
    this.turned = null;
  }

  turn(event) {
    const iphone = event.webkitCompassHeading; // clockwise from north already
    const upright = (Number(screen.orientation?.angle) || 0) % 360;
    let heading = null;
    if (typeof iphone === "number" && iphone >= 0) heading = iphone + upright;
    else if (event.absolute && event.alpha !== null) heading = 360 - event.alpha + upright;
    if (heading === null) return; // turned against no known direction
    const next = ((heading % 360) + 360) % 360;
    if (this.heading !== null && Math.abs(((next - this.heading + 540) % 360) - 180) < 2) return; // a trembling hand
    this.heading = next;
    this.dispatchEvent(new Event("heading"));
  }
}

export const position = new Position();
