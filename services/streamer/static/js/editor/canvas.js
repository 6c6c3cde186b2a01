// The picture's overlay: shapes that can be pulled about by pointer, finger and keyboard.
import { s } from "../parts/dom.js";
import { clamp, inward, moved, newShape } from "./shapes.js";
import { drawShape } from "./draw.js";

const STEP = 0.005;
const LEAST_DRAG = 0.02; // a shorter one was a click
const CLOSE = 0.03; // to the first corner ends a zone

export class Canvas extends EventTarget {
  constructor(model, width, height) {
    super();
    this.model = model;
    this.size = [width, height];
    this.drawing = null; // "line" or "zone"
    this.draft = [];
    this.root = s("svg", {
      class: "canvas",
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: "none",
      role: "group",
      "aria-label": "Lines and zones over the picture",
    });
    this.root.addEventListener("pointerdown", (event) => this.press(event));
    this.root.addEventListener("pointermove", (event) => this.move(event));
    this.root.addEventListener("pointerup", (event) => this.release(event));
    this.root.addEventListener("pointercancel", () => this.let());
    this.root.addEventListener("dblclick", () => this.finish());
    this.root.addEventListener("keydown", (event) => this.key(event));
    model.addEventListener("change", () => this.render());
    this.sizes = new ResizeObserver(() => this.render());
    this.sizes.observe(this.root);
  }

  /** Begin to draw a line or a zone; null ends it. */
  draw(kind) {
    this.drawing = kind;
    this.draft = [];
    this.root.classList.toggle("drawing", kind !== null);
    this.render();
    this.dispatchEvent(new Event("mode"));
  }

  /** Put what is drawn into the middle, for those who draw by keyboard. */
  place() {
    const points =
      this.drawing === "line"
        ? [
            [0.5, 0.2],
            [0.5, 0.8],
          ]
        : [
            [0.35, 0.35],
            [0.65, 0.35],
            [0.65, 0.65],
            [0.35, 0.65],
          ];
    this.add(points);
    this.root.querySelector(".shape.chosen .handle")?.focus();
  }

  finish() {
    if (this.drawing === "zone" && this.draft.length >= 3) this.add(this.draft);
  }

  add(points) {
    const kind = this.drawing;
    this.draw(null);
    this.model.add(newShape(kind, points, this.model.shapes));
  }

  at(event) {
    const box = this.root.getBoundingClientRect();
    return clamp([(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
  }

  press(event) {
    if (event.button !== 0) return;
    const at = this.at(event);
    if (this.drawing) {
      this.root.setPointerCapture(event.pointerId);
      if (this.drawing === "line") this.draft = this.draft.length ? [this.draft[0], at] : [at, at];
      else if (this.draft.length >= 3 && far(at, this.draft[0]) < CLOSE) this.finish();
      else this.draft = [...this.draft, at];
      this.render();
      return;
    }
    const key = event.target.closest("[data-key]")?.dataset.key;
    this.model.choose(key ?? null);
    if (!key) return;
    event.preventDefault();
    this.root.setPointerCapture(event.pointerId);
    this.grip = { key, from: at, points: this.model.find(key).points, ...this.handleOf(event.target) };
    if (this.grip.index !== undefined) this.handleElement(key, this.grip.index)?.focus();
  }

  handleOf(target) {
    const handle = target.closest(".handle");
    if (!handle) return {};
    const index = Number(handle.dataset.index);
    if (handle.dataset.middle === undefined) return { index };
    return { index: index + 1, insert: true };
  }

  move(event) {
    const at = this.at(event);
    if (this.drawing) {
      if (this.drawing === "line" && this.draft.length) this.draft = [this.draft[0], at];
      this.hover = at;
      if (this.draft.length) this.render();
    } else if (this.grip) {
      this.drag(at);
    }
  }

  drag(at) {
    const { key, from, index, insert } = this.grip;
    if (insert) {
      const points = [...this.grip.points.slice(0, index), at, ...this.grip.points.slice(index)];
      this.model.set(key, { points });
      this.grip = { ...this.grip, points, insert: false, id: {} };
      return;
    }
    this.grip.id ??= {};
    const points =
      index === undefined
        ? moved(this.grip.points, at[0] - from[0], at[1] - from[1])
        : this.grip.points.map((point, place) => (place === index ? at : point));
    this.model.set(key, { points }, this.grip.id);
  }

  release() {
    if (this.drawing === "line" && this.draft.length === 2 && far(...this.draft) >= LEAST_DRAG) this.add(this.draft);
    this.let();
  }

  let() {
    const grip = this.grip;
    this.grip = null;
    if (grip?.index !== undefined) this.handleElement(grip.key, grip.index)?.focus();
  }

  key(event) {
    const handle = event.target.closest(".handle");
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!handle) return;
    const { key, index, middle } = handle.dataset;
    const shape = this.model.find(key);
    if (by && middle === undefined) {
      const step = event.shiftKey ? STEP * 10 : STEP;
      const points = shape.points.map(([x, y], place) =>
        place === Number(index) ? clamp([x + by[0] * step, y + by[1] * step]) : [x, y],
      );
      this.model.set(key, { points }, `${key} ${index}`);
      this.handleElement(key, index)?.focus();
    } else if (event.key === "Enter" && middle !== undefined) {
      const [a, b] = [shape.points[index], shape.points[(Number(index) + 1) % shape.points.length]];
      const at = clamp([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]);
      this.model.set(key, {
        points: [...shape.points.slice(0, Number(index) + 1), at, ...shape.points.slice(Number(index) + 1)],
      });
      this.handleElement(key, Number(index) + 1)?.focus();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.removeCorner(shape, Number(index), middle);
    } else {
      return;
    }
    event.preventDefault();
  }

  removeCorner(shape, index, middle) {
    if (shape.kind === "line" || shape.points.length <= 3 || middle !== undefined) this.model.remove(shape.key);
    else this.model.set(shape.key, { points: shape.points.filter((_, place) => place !== index) });
  }

  handleElement(key, index) {
    return [...this.root.querySelectorAll(".handle:not(.middle)")].find(
      (one) => one.dataset.key === key && Number(one.dataset.index) === Number(index),
    );
  }

  render() {
    const [width, height] = this.size;
    const unit = width / (this.root.clientWidth || width); // picture pixels in one on the screen
    const focused = document.activeElement?.closest?.(".handle")?.dataset;
    const shapes = this.model.shapes.map((shape) =>
      drawShape(shape, {
        width,
        height,
        unit,
        chosen: shape.key === this.model.chosen,
        inward: shape.kind === "line" ? inward(shape.points, width, height) : null,
      }),
    );
    this.root.replaceChildren(...shapes, ...this.drawDraft(unit));
    if (focused && focused.middle === undefined)
      this.handleElement(focused.key, focused.index)?.focus({ preventScroll: true });
  }

  drawDraft(unit) {
    if (!this.draft.length) return [];
    const points = this.drawing === "zone" && this.hover ? [...this.draft, this.hover] : this.draft;
    const path = points.map(([x, y]) => `${x * this.size[0]},${y * this.size[1]}`).join(" ");
    return [
      s(this.drawing === "zone" ? "polygon" : "polyline", { class: "draft", points: path, "stroke-width": 2.5 * unit }),
    ];
  }
}

const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
