// What the server says of its cameras: asked for every two seconds and whenever an event says that something changed.
import { ask } from "./api.js";

const POLL_MS = 2000;
const RETRY_MS = 1500;
const KEEP_CROSSINGS = 30;

class Feed extends EventTarget {
  constructor() {
    super();
    this.cameras = [];
    this.loaded = false;
    this.reachable = true;
    this.connected = false;
    this.crossings = []; // newest first
    this.asking = false;
    this.askAgain = false;
    this.wasOpen = false;
  }

  start() {
    this.listen();
    this.refresh();
    this.recall();
    setInterval(() => {
      if (!document.hidden) this.refresh();
    }, POLL_MS);
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.refresh();
    });
  }

  /** Fill the list of crossings with what happened before the page was opened; without a store it stays empty. */
  async recall() {
    const { crossings } = await ask(`/api/crossings?order=desc&limit=${KEEP_CROSSINGS}`).catch(() => ({
      crossings: [],
    }));
    const known = new Set(this.crossings.map(({ id }) => id));
    this.crossings.push(...crossings.filter(({ id }) => !known.has(id)));
    this.tell("crossings");
  }

  camera(id) {
    return this.cameras.find((camera) => camera.id === id);
  }

  /** Return what a line or zone is called, or its name if it is no longer there. */
  title(cameraId, name, kind = "lines") {
    return this.camera(cameraId)?.[kind].find((part) => part.name === name)?.title ?? name;
  }

  async refresh() {
    if (this.asking) {
      this.askAgain = true;
      return;
    }
    this.asking = true;
    try {
      this.cameras = await ask("/api/cameras", { patient: false });
      this.loaded = this.reachable = true;
    } catch {
      this.reachable = false;
    } finally {
      this.asking = false;
    }
    this.tell("change");
    if (this.askAgain) {
      this.askAgain = false;
      this.refresh();
    }
  }

  listen() {
    const events = new EventSource("/api/events");
    events.addEventListener("open", () => {
      this.connected = true;
      // A browser does not say when a stream of pictures ended: if this connection was lost, the others were too.
      if (this.wasOpen) this.tell("reconnected");
      this.wasOpen = true;
      this.tell("change");
      this.refresh();
    });
    events.addEventListener("error", () => {
      this.connected = false;
      this.tell("change");
      if (events.readyState === EventSource.CLOSED) setTimeout(() => this.listen(), RETRY_MS);
    });
    events.addEventListener("state", (event) => {
      this.tell("state", JSON.parse(event.data));
      this.refresh();
    });
    events.addEventListener("crossing", (event) => this.cross(JSON.parse(event.data)));
    addEventListener("pagehide", () => events.close());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.listen();
    });
  }

  cross(crossing) {
    if (this.crossings.some(({ id }) => id === crossing.id)) return;
    this.crossings.unshift(crossing);
    this.crossings.length = Math.min(this.crossings.length, KEEP_CROSSINGS);
    this.tell("crossing", crossing);
    this.tell("crossings");
    this.refresh();
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

export const feed = new Feed();

/** Listen to the feed until the page is left. */
export function follow(signal, listeners) {
  for (const [type, listener] of Object.entries(listeners)) {
    feed.addEventListener(type, (event) => listener(event.detail), { signal });
  }
}

export const STATES = {
  connecting: "Connecting",
  live: "Live",
  stalled: "No pictures",
  offline: "Offline",
  ended: "Ended",
  waiting: "Waiting",
};

/** Return people inside by the lines: who came in and did not go out. Somebody may have been there before us. */
export const inside = (lines) => Math.max(0, sum(lines, "in") - sum(lines, "out"));
export const sum = (lines, way) => lines.reduce((total, line) => total + line[way], 0);

/** Return what to say of a camera besides its state: its cause, or what ails the detector. */
export function trouble(camera) {
  if (camera.cause) return camera.cause;
  const { state, cause } = camera.detector;
  if (state === "loading") return "The detector is loading: pictures without counting for now.";
  if (state === "failed") return `The detector failed, nothing is counted: ${cause}`;
  return "";
}
