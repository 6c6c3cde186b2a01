// What every chart over time has: columns, labels under them, and a value to read out for pointer, keyboard and reader.
import { h, s, setText } from "../parts/dom.js";
import { every } from "./scale.js";

const LABEL_WIDTH = 58;

/**
 * The base of charts; `show` gives it data.
 * data: {starts: string[], now: number|null, span: (index) => string, tick: (index) => string, steps: number[]}, and
 * what the chart itself draws. It says how: `isEmpty`, `words`, `frame`, `axis`, `marks` and `rows`.
 */
export class Chart {
  constructor(label, { left = 40, small = false } = {}) {
    this.margin = { left, right: 6, top: 12, bottom: 26 };
    this.svg = s("svg", { "aria-hidden": "true" });
    this.tip = h("div", { class: "tip", hidden: true });
    // A slider over the buckets: screen readers and arrow keys know how to use that.
    this.target = h("div", {
      class: "cursor-target",
      tabindex: 0,
      role: "slider",
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuenow": 0,
      "aria-orientation": "horizontal",
      on: {
        pointermove: (event) => this.point(this.bucketAt(event)),
        pointerdown: (event) => this.point(this.bucketAt(event)),
        pointerleave: () => this.point(null),
        blur: () => this.point(null),
        focus: () => this.point(this.index ?? this.last()),
        keydown: (event) => this.key(event),
      },
    });
    this.root = h("div", { class: small ? "chart small" : "chart" }, this.svg, this.target, this.tip);
    this.data = null;
    this.index = null;
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.root);
  }

  show(data) {
    this.data = data;
    this.target.setAttribute("aria-valuemax", data.starts.length - 1);
    if (this.index !== null) this.index = Math.min(this.index, data.starts.length - 1);
    this.describe(this.index ?? this.last());
    this.draw();
  }

  /** Return the bucket that a reader most likely wants first: the latest that has anything in it. */
  last() {
    for (let index = this.data.starts.length - 1; index > 0; index -= 1) if (!this.isEmpty(index)) return index;
    return 0;
  }

  bucketAt(event) {
    const box = this.root.getBoundingClientRect();
    const share = (event.clientX - box.left - this.margin.left) / (box.width - this.margin.left - this.margin.right);
    return Math.min(this.data.starts.length - 1, Math.max(0, Math.floor(share * this.data.starts.length)));
  }

  key(event) {
    const many = Math.max(1, Math.round(this.data.starts.length / 12));
    const by = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -many,
      PageUp: many,
      Home: -Infinity,
      End: Infinity,
    }[event.key];
    if (!by) return;
    event.preventDefault();
    const from = this.index ?? this.last();
    this.point(Math.min(this.data.starts.length - 1, Math.max(0, from + by)));
  }

  point(index) {
    if (!this.data?.starts.length) return;
    this.index = index;
    if (index !== null) this.describe(index);
    this.draw();
  }

  describe(index) {
    this.target.setAttribute("aria-valuenow", index);
    this.target.setAttribute("aria-valuetext", `${this.data.span(index)}: ${this.words(index)}`);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!this.data || !width) return;
    const column = (width - this.margin.left - this.margin.right) / this.data.starts.length;
    const x = (index) => this.margin.left + index * column;
    const frame = { width, height, column, x, ...this.frame(height - this.margin.top - this.margin.bottom) };
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(
      ...this.axis(frame),
      ...this.now(frame),
      ...this.chosen(frame),
      ...this.marks(frame),
      ...this.labels(frame),
    );
    this.showTip(frame);
  }

  /** Return the line of the axis at height `y`, and what it stands for. */
  level({ width }, y, text, kind = "grid") {
    return [
      s("line", { class: kind, x1: this.margin.left, x2: width - this.margin.right, y1: y, y2: y }),
      s("text", { x: this.margin.left - 8, y: y + 4, "text-anchor": "end" }, text),
    ];
  }

  /** Return the outline of columns from `zero` on, upwards for side 1. */
  columns({ column, x, unit, zero }, values, side = 1) {
    const gap = column > 5 ? Math.min(4, column * 0.22) : 0;
    const wide = Math.max(1, column - gap);
    return values
      .map((value, index) => (value ? `M${x(index) + gap / 2},${zero}h${wide}v${-side * value * unit}h${-wide}z` : ""))
      .join("");
  }

  /** Return the outline of what was before: a line over the columns where there was anything. */
  outline({ column, x, unit, zero }, values, side = 1) {
    // Where there was nobody the axis says so already.
    return values
      .map((value, index) =>
        value || values[index - 1]
          ? `${index ? "L" : "M"}${x(index)},${zero - side * (value ?? 0) * unit}h${column}`
          : `M${x(index + 1)},${zero}`,
      )
      .join("");
  }

  now({ width, height }) {
    const { now } = this.data;
    if (now === null) return [];
    const x = this.margin.left + now * (width - this.margin.left - this.margin.right);
    return [s("line", { class: "now", x1: x, x2: x, y1: this.margin.top, y2: height - this.margin.bottom })];
  }

  chosen({ height, column, x }) {
    if (this.index === null) return [];
    const { top, bottom } = this.margin;
    const place = { x: x(this.index), width: Math.max(2, column), y: top, height: height - top - bottom };
    return [s("rect", { class: "column", ...place })];
  }

  labels({ width, height, column, x }) {
    const { starts, steps, tick } = this.data;
    const step = every(starts.length, width - this.margin.left, LABEL_WIDTH, steps);
    return starts
      .map((_, index) => index)
      .filter((index) => index % step === 0 && x(index) + 30 < width)
      .map((index) =>
        s(
          "text",
          {
            x: x(index) + (step === 1 ? column / 2 : 0),
            y: height - 6,
            "text-anchor": step === 1 ? "middle" : "start",
          },
          tick(index),
        ),
      );
  }

  showTip({ width, column, x }) {
    const { index, data } = this;
    this.tip.hidden = index === null;
    if (index === null) return;
    const row = ([label, text, kind = ""]) => [h("dt", {}, label), h("dd", { class: kind }, text)];
    this.tip.replaceChildren(h("strong", {}), h("dl", {}, this.rows(index).map(row)));
    setText(this.tip.firstElementChild, data.span(index));
    const middle = x(index) + column / 2;
    const left = middle + 16 + this.tip.offsetWidth > width ? middle - 16 - this.tip.offsetWidth : middle + 16;
    this.tip.style.transform = `translate(${Math.round(Math.max(0, left))}px, 6px)`;
  }
}
