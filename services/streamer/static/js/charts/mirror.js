// In above the line, out below it, one column per bucket; what was before, dashed.
import { h, s, setText } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { every, stepFor, ticks } from "./scale.js";

const MARGIN = { left: 40, right: 6, top: 12, bottom: 26 };
const LABEL_WIDTH = 58;
const TICKS = 6;

/**
 * Make a chart; `show` gives it data.
 * data: {starts: string[], in: number[], out: number[], before: {in, out}|null, now: number|null,
 *        span: (index) => string, tick: (index) => string, steps: number[]}
 */
export class MirrorChart {
  constructor(label) {
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
    this.root = h("div", { class: "chart" }, this.svg, this.target, this.tip);
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
    const { in: into, out } = this.data;
    for (let index = into.length - 1; index > 0; index -= 1) if (into[index] || out[index]) return index;
    return 0;
  }

  bucketAt(event) {
    const box = this.root.getBoundingClientRect();
    const share = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
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
    const { in: into, out, before, span } = this.data;
    const then = before ? `; before: ${count(before.in[index] ?? 0)} in, ${count(before.out[index] ?? 0)} out` : "";
    this.target.setAttribute("aria-valuenow", index);
    this.target.setAttribute(
      "aria-valuetext",
      `${span(index)}: ${count(into[index] ?? 0)} in, ${count(out[index] ?? 0)} out${then}`,
    );
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.root;
    if (!this.data || !width) return;
    const frame = this.frame(width, height);
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(...this.axis(frame), ...this.bars(frame), ...this.before(frame), ...this.labels(frame));
    this.showTip(frame);
  }

  frame(width, height) {
    const { in: into, out, before, starts } = this.data;
    const [up, down] = [Math.max(1, ...into, ...(before?.in ?? [])), Math.max(1, ...out, ...(before?.out ?? []))];
    const step = stepFor(up + down, TICKS);
    const [above, below] = [ticks(up, step), ticks(down, step)];
    // One scale for both directions, or their heights could not be compared.
    const unit = (height - MARGIN.top - MARGIN.bottom) / (above.at(-1) + below.at(-1));
    const zero = MARGIN.top + above.at(-1) * unit;
    const column = (width - MARGIN.left - MARGIN.right) / starts.length;
    return { width, height, above, below, unit, zero, column, x: (index) => MARGIN.left + index * column };
  }

  axis({ width, above, below, unit, zero, height }) {
    const line = (value, side) => {
      const y = zero - side * value * unit;
      return [
        s("line", { class: value ? "grid" : "axis", x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y }),
        s("text", { x: MARGIN.left - 8, y: y + 4, "text-anchor": "end" }, count(value)),
      ];
    };
    const now = this.data.now === null ? [] : [MARGIN.left + this.data.now * (width - MARGIN.left - MARGIN.right)];
    return [
      ...above.flatMap((value) => line(value, 1)),
      ...below.slice(1).flatMap((value) => line(value, -1)),
      ...now.map((x) => s("line", { class: "now", x1: x, x2: x, y1: MARGIN.top, y2: height - MARGIN.bottom })),
    ];
  }

  bars({ unit, zero, column, x, height }) {
    const gap = column > 5 ? Math.min(4, column * 0.22) : 0;
    const path = (values, side) =>
      values
        .map((value, index) =>
          value
            ? `M${x(index) + gap / 2},${zero}h${Math.max(1, column - gap)}v${-side * value * unit}h${-Math.max(1, column - gap)}z`
            : "",
        )
        .join("");
    const chosen =
      this.index === null
        ? []
        : [
            s("rect", {
              class: "column",
              x: x(this.index),
              width: Math.max(2, column),
              y: MARGIN.top,
              height: height - MARGIN.top - MARGIN.bottom,
            }),
          ];
    return [
      ...chosen,
      s("path", { class: "bar-in", d: path(this.data.in, 1) }),
      s("path", { class: "bar-out", d: path(this.data.out, -1) }),
    ];
  }

  before({ unit, zero, column, x }) {
    const { before } = this.data;
    if (!before) return [];
    // Where there was nobody the axis says so already.
    const path = (values, side) =>
      values
        .map((value, index) =>
          value || values[index - 1]
            ? `${index && (value || values[index - 1]) ? "L" : "M"}${x(index)},${zero - side * value * unit}h${column}`
            : `M${x(index + 1)},${zero}`,
        )
        .join("");
    return [
      s("path", { class: "before", d: path(before.in, 1) }),
      s("path", { class: "before", d: path(before.out, -1) }),
    ];
  }

  labels({ width, height, column, x }) {
    const { starts, steps, tick } = this.data;
    const step = every(starts.length, width - MARGIN.left, LABEL_WIDTH, steps);
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
    const row = (kind, label, values) => [h("dt", {}, label), h("dd", { class: kind }, count(values[index] ?? 0))];
    this.tip.replaceChildren(
      h("strong", {}),
      h(
        "dl",
        {},
        row("in", "In", data.in),
        row("out", "Out", data.out),
        data.before ? [row("", "In before", data.before.in), row("", "Out before", data.before.out)] : [],
      ),
    );
    setText(this.tip.firstElementChild, data.span(index));
    const middle = x(index) + column / 2;
    const left = middle + 16 + this.tip.offsetWidth > width ? middle - 16 - this.tip.offsetWidth : middle + 16;
    this.tip.style.transform = `translate(${Math.round(Math.max(0, left))}px, 6px)`;
  }
}
