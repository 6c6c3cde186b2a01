// One value per bucket as a column from zero up, its highest as a line above; what was before, dashed.
import { s } from "../parts/dom.js";
import { NONE } from "../parts/format.js";
import { Chart } from "./chart.js";
import { ticks } from "./scale.js";

const TICKS = 4;

/**
 * data: as of any chart, and {values: (number|null)[], highest: (number|null)[]|null, before: (number|null)[]|null}.
 * Null is what nothing is known of.
 */
export class LevelChart extends Chart {
  /** @param {{names: string[], text: (value) => string, step: (most, wanted) => number, left?: number}} kind
   *   `names` of the value and of its highest, `step` between two levels of the axis */
  constructor(label, { names, text, step, left }) {
    super(label, { left, small: true });
    this.names = names;
    this.text = (value) => (value === null || value === undefined ? NONE : text(value));
    this.step = step;
  }

  isEmpty(index) {
    return !this.data.values[index] && !this.data.highest?.[index];
  }

  words(index) {
    return this.rows(index)
      .map(([label, text]) => `${label} ${text}`)
      .join(", ");
  }

  frame(room) {
    const { values, highest, before } = this.data;
    const most = Math.max(1, ...values, ...(highest ?? []), ...(before ?? []));
    const levels = ticks(most, this.step(most, TICKS));
    const unit = room / levels.at(-1);
    return { levels, unit, zero: this.margin.top + room };
  }

  axis(frame) {
    const { levels, unit, zero } = frame;
    return levels.flatMap((value) => this.level(frame, zero - value * unit, this.text(value), value ? "grid" : "axis"));
  }

  marks(frame) {
    const { values, highest, before } = this.data;
    return [
      s("path", { class: "bar-zone", d: this.columns(frame, values) }),
      highest && s("path", { class: "highest", d: this.caps(frame, highest) }),
      before && s("path", { class: "before", d: this.outline(frame, before) }),
    ].filter(Boolean);
  }

  caps({ column, x, unit, zero }, values) {
    return values.map((value, index) => (value ? `M${x(index)},${zero - value * unit}h${column}` : "")).join("");
  }

  rows(index) {
    const { values, highest, before } = this.data;
    const [name, most] = this.names;
    return [
      [name, this.text(values[index]), "zone"],
      ...(highest ? [[most, this.text(highest[index])]] : []),
      ...(before ? [[`${name} before`, this.text(before[index])]] : []),
    ];
  }
}
