// One stream of server-sent events for the page: it tells of every new version of the data. Hidden pages close it,
// since browsers allow only a few connections to one server, and catch up when they are looked at again.
const HIDDEN_MS = 2_000; // a glance at another tab does not cut the stream
const LOST_MS = 3_000; // shorter cuts are not worth a word
const CHECK_MS = 60_000; // a stream whose other end vanished without a word looks open for hours
const AGAIN_MS = [1_000, 2_000, 5_000, 10_000, 20_000]; // when the server refuses, which browsers take for final

/** The page's own mark: `content` is the version it shows, the words are in its data attributes. */
export const live = document.getElementById("live");

/** Events: "version" when `state` ({version, as_of, week}) is another one than before. */
class Events extends EventTarget {
  constructor() {
    super();
    this.state = null;
    this.source = null;
    this.refusals = 0;
  }

  start() {
    if (!live || this.started) return;
    this.started = true;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.hiding);
      if (document.visibilityState === "visible") this.open();
      else this.hiding = setTimeout(() => this.close(), HIDDEN_MS);
    });
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", () => this.open());
    addEventListener("online", () => this.reopen());
    addEventListener("offline", () => this.tellLost(true));
    setInterval(() => document.visibilityState === "visible" && this.check(), CHECK_MS);
    this.open();
  }

  open() {
    if (this.source || document.visibilityState === "hidden") return;
    clearTimeout(this.again);
    const source = new EventSource("/api/events");
    this.source = source;
    source.onopen = () => this.alive();
    source.onmessage = (event) => {
      this.alive();
      this.hear(JSON.parse(event.data));
    };
    source.onerror = () => {
      this.losing ??= setTimeout(() => this.tellLost(true), LOST_MS);
      if (source.readyState !== EventSource.CLOSED || source !== this.source) return; // it tries again by itself
      this.close();
      this.check(); // refused, for example because too many are open: look now and then
      this.again = setTimeout(() => this.open(), AGAIN_MS[Math.min(this.refusals, AGAIN_MS.length - 1)]);
      this.refusals += 1;
    };
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  reopen() {
    this.close();
    this.open();
  }

  alive() {
    this.refusals = 0;
    this.answered();
  }

  answered() {
    clearTimeout(this.losing);
    this.losing = null;
    this.tellLost(false);
  }

  hear(state) {
    if (state.version === this.state?.version) return;
    this.state = state;
    this.dispatchEvent(new Event("version"));
  }

  /** Ask for the version without the stream; a stream that missed it is deaf, and opened anew. */
  async check() {
    try {
      const response = await fetch("/api/weeks");
      if (!response.ok) return;
      const { version, as_of, week } = await response.json();
      this.answered();
      if (version === this.state?.version) return;
      this.hear({ version, as_of, week });
      if (this.source) this.reopen();
    } catch {
      // No answer: the stream's own error says so.
    }
  }

  tellLost(lost) {
    if (!this.note) {
      if (!lost) return;
      this.note = document.createElement("p");
      this.note.className = "live-note live-lost";
      this.note.setAttribute("role", "status");
    }
    if (!this.note.isConnected) document.body.append(this.note); // the page around it was renewed
    this.note.textContent = lost ? live.dataset.lost : "";
    this.note.hidden = !lost;
  }
}

export const events = new Events();
