// In above the line, out below it, one column per bucket; what was before, dashed.
import { s } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { Chart } from "./chart.js";
import { stepFor, ticks } from "./scale.js";

const TICKS = 6;

/** data: as of any chart, and {in: number[], out: number[], before: {in, out}|null}. */
export class MirrorChart extends Chart {
  isEmpty(index) {
    return !this.data.in[index] && !this.data.out[index];
  }

  words(index) {
    const { in: into, out, before } = this.data;
    const then = before ? `; before: ${count(before.in[index] ?? 0)} in, ${count(before.out[index] ?? 0)} out` : "";
    return `${count(into[index] ?? 0)} in, ${count(out[index] ?? 0)} out${then}`;
  }

  frame(room) {
    const { in: into, out, before } = this.data;
    const [up, down] = [Math.max(1, ...into, ...(before?.in ?? [])), Math.max(1, ...out, ...(before?.out ?? []))];
    const step = stepFor(up + down, TICKS);
    const [above, below] = [ticks(up, step), ticks(down, step)];
    // One scale for both directions, or their heights could not be compared.
    const unit = room / (above.at(-1) + below.at(-1));
    return { above, below, unit, zero: this.margin.top + above.at(-1) * unit };
  }

  axis(frame) {
    const { above, below, unit, zero } = frame;
    return [
      ...above.flatMap((value) => this.level(frame, zero - value * unit, count(value), value ? "grid" : "axis")),
      ...below.slice(1).flatMap((value) => this.level(frame, zero + value * unit, count(value))),
    ];
  }

  marks(frame) {
    const { in: into, out, before } = this.data;
    return [
      s("path", { class: "bar-in", d: this.columns(frame, into) }),
      s("path", { class: "bar-out", d: this.columns(frame, out, -1) }),
      ...(before
        ? [
            s("path", { class: "before", d: this.outline(frame, before.in) }),
            s("path", { class: "before", d: this.outline(frame, before.out, -1) }),
          ]
        : []),
    ];
  }

  rows(index) {
    const { in: into, out, before } = this.data;
    const row = (label, values, kind) => [label, count(values[index] ?? 0), kind];
    return [
      row("In", into, "in"),
      row("Out", out, "out"),
      ...(before ? [row("In before", before.in), row("Out before", before.out)] : []),
    ];
  }
}
