// Pictures of cameras: a stream for the first few in sight, snapshots for the others, nothing for those out of sight.
// A browser opens six connections to a host: one is for events, one for everything that is asked now and then.
import { feed } from "./feed.js";

const MAX_STREAMS = 4;
const SNAPSHOT_MS = 1000;
const RETRY_MS = 1500;

const pictures = new Map(); // by image

class Picture {
  constructor(image, camera, query) {
    this.image = image;
    this.camera = camera;
    this.query = query;
    this.mode = "none";
    this.inSight = false;
    this.timer = 0;
    image.addEventListener("load", () => this.later(SNAPSHOT_MS, "snapshot"));
    image.addEventListener("error", () => this.later(RETRY_MS, this.mode));
  }

  show(mode) {
    if (mode === this.mode) return;
    this.mode = mode;
    this.load();
  }

  load() {
    clearTimeout(this.timer);
    const name = encodeURIComponent(this.camera);
    const query = `${this.query}_=${Date.now()}`;
    if (this.mode === "stream") this.image.src = `/stream/${name}?${query}`;
    else if (this.mode === "snapshot") this.image.src = `/snapshot/${name}.jpg?${query}`;
    else this.image.src = "";
  }

  later(milliseconds, mode) {
    if (mode !== this.mode || mode === "none") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), milliseconds);
  }
}

function arrange() {
  let streams = 0;
  for (const picture of pictures.values()) {
    if (document.hidden || !picture.inSight) picture.show("none");
    else picture.show(streams++ < MAX_STREAMS ? "stream" : "snapshot");
  }
}

const sight = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const picture = pictures.get(entry.target);
      if (picture) picture.inSight = entry.isIntersecting;
    }
    arrange();
  },
  { rootMargin: "100px" },
);

/**
 * Show a camera in an image until it is let go.
 * @param {HTMLImageElement} image
 * @param {string} camera
 * @param {{raw?: boolean}} [options] raw: without boxes and lines
 */
export function showCamera(image, camera, { raw = false } = {}) {
  pictures.set(image, new Picture(image, camera, raw ? "raw=1&" : ""));
  sight.observe(image);
}

/** End the picture of an image; its connection is free at once. */
export function letGo(image) {
  pictures.get(image)?.show("none");
  pictures.delete(image);
  sight.unobserve(image);
  arrange();
}

document.addEventListener("visibilitychange", arrange);
// A page that is left is not always hidden first.
addEventListener("pagehide", () => {
  for (const picture of pictures.values()) picture.show("none");
});
addEventListener("pageshow", arrange);
feed.addEventListener("reconnected", () => {
  for (const picture of pictures.values()) picture.load();
});
