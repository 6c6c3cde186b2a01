// The picture of the moment of a crossing. Nothing is recorded anywhere: while Events is open, this page keeps the last
// few seconds of each camera's pictures, still as JPEG, and takes out the one that was captured when somebody crossed.
import { readParts } from "./multipart.js";

const KEEP_MS = 6000;
const FPS = 15;
const NEAR_MS = 500; // a picture further from the crossing than this does not show it
const MOST_CAMERAS = 3; // each takes one of the browser's six connections
const RETRY_MS = 2000;
const ZOOM = 0.36; // of the picture's width that a thumbnail shows

export class Moments {
  constructor(signal) {
    this.signal = signal;
    this.kept = new Map(); // by camera: pictures, oldest first
  }

  /** Watch the first few of these cameras. */
  watch(cameras) {
    for (const camera of cameras) {
      if (this.kept.has(camera) || this.kept.size >= MOST_CAMERAS) continue;
      this.kept.set(camera, []);
      this.read(camera);
    }
  }

  async read(camera) {
    const url = `/stream/${encodeURIComponent(camera)}?fps=${FPS}`;
    while (!this.signal.aborted) {
      try {
        await readParts(url, this.signal, (part) => this.keep(camera, part));
      } catch {
        // The stream ended or was refused; it is tried again as long as the page is open.
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  keep(camera, part) {
    if (!part.live) return;
    const pictures = this.kept.get(camera);
    pictures.push(part);
    while (pictures[0].time < part.time - KEEP_MS) pictures.shift();
  }

  /** Draw the moment of a crossing on a canvas, around the person; return whether there was a picture of it. */
  async draw(crossing, canvas) {
    const at = Date.parse(crossing.time);
    const pictures = this.kept.get(crossing.camera) ?? [];
    const best = pictures.reduce(
      (near, one) => (!near || Math.abs(one.time - at) < Math.abs(near.time - at) ? one : near),
      null,
    );
    if (!best || Math.abs(best.time - at) > NEAR_MS) return false;
    const picture = await createImageBitmap(new Blob([best.jpeg], { type: "image/jpeg" }));
    const width = Math.round(picture.width * ZOOM);
    const height = Math.round(width * (canvas.height / canvas.width));
    const x = bounded(crossing.x * picture.width - width / 2, picture.width - width);
    const y = bounded(crossing.y * picture.height - height / 2, picture.height - height);
    canvas.getContext("2d").drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
    picture.close();
    return true;
  }
}

const bounded = (value, most) => Math.max(0, Math.min(most, value));
