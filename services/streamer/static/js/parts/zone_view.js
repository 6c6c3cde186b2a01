// What the part of History that is about zones looks like; pages/zones.js fills it.
import { LevelChart } from "../charts/level.js";
import { stepFor, stepOfTime } from "../charts/scale.js";
import { h, setText } from "../parts/dom.js";
import { about, count, duration, NONE } from "../parts/format.js";
import {
  begun,
  download,
  emptyRow,
  legend,
  numberList,
  showNumber,
  sum,
  tableRow,
  unfoldingTable,
} from "../parts/panel.js";
import { passed } from "../parts/ranges.js";

const COLUMNS = ["When", "Visits", "Inside, average", "Inside, most", "Stay, median", "Stay, 95 %"];

export class ZoneView {
  constructor() {
    this.select = h("select");
    this.inside = new LevelChart("People inside over time", { names: ["Average", "Most"], text: about, step: stepFor });
    this.visits = new LevelChart("Visits over time", { names: ["Visits"], text: count, step: stepFor });
    this.stays = new LevelChart("Length of stay over time", {
      names: ["Median", "95 %"],
      text: duration,
      step: stepOfTime,
      left: 54,
    });
    this.charts = [this.inside, this.visits, this.stays];
    this.numbers = { visits: h("dd"), most: h("dd"), stay: h("dd") };
    this.links = { counts: download("Visits"), occupancy: download("Occupancy"), dwell: download("Stays") };
    this.error = h("p", { class: "error", role: "alert" });
    this.coarse = h(
      "p",
      { class: "quiet", hidden: true },
      "How many were inside, and for how long, is shown for up to 4 weeks.",
    );
    this.befores = this.charts.map(() => h("li", { class: "before", hidden: true }));
    this.body = h("tbody");
    this.root = h(
      "section",
      { class: "zone-history", "aria-label": "Zone", hidden: true },
      h("div", { class: "filters" }, h("h2", {}, "Zones"), h("label", { class: "field" }, "Zone", this.select)),
      this.panel(),
      unfoldingTable("Zone as a table", COLUMNS, this.body),
    );
  }

  /** Say what is asked for: `query` of it, and whether the time before is too. */
  showChoice(query, range, compare) {
    for (const [path, link] of Object.entries(this.links)) {
      link.href = `/api/${path}?${query}&format=csv`;
      link.hidden = range.coarse && path !== "counts";
    }
    for (const item of this.befores) {
      item.hidden = !compare;
      item.replaceChildren(h("i"), range.compared);
    }
    this.coarse.hidden = !range.coarse;
    for (const chart of [this.inside, this.stays]) chart.root.parentElement.hidden = range.coarse;
  }

  /** Show what is known of a zone, {starts, visits, inside, stays}: series of the API, null for what was not asked. */
  show(range, now, before) {
    const { starts, visits, inside, stays } = now;
    const common = {
      starts,
      now: passed(range),
      steps: range.steps,
      span: (index) => range.span(starts, index),
      tick: (index) => range.tick(starts[index]),
    };
    this.visits.show({ ...common, values: visits.in, highest: null, before: before && before.visits.in });
    if (inside) {
      this.inside.show({ ...common, values: inside.mean, highest: inside.max, before: before && before.inside.mean });
      this.stays.show({ ...common, values: stays.median, highest: stays.p95, before: before && before.stays.median });
    }
    showNumber(this.numbers.visits, visits.total_in, before && sum(before.visits.in.slice(0, begun(starts))));
    setText(this.numbers.most, inside?.max.some((most) => most !== null) ? count(Math.max(...inside.max)) : NONE);
    setText(this.numbers.stay, averageStay(stays));
    this.tabulate(now, common.span);
  }

  tabulate({ starts, visits, inside, stays }, span) {
    const known = (values, index, text) => (values && values[index] !== null ? text(values[index]) : NONE);
    const rows = starts.flatMap((_, index) =>
      visits.in[index] || inside?.max[index] || stays?.visits[index]
        ? [
            tableRow(span(index), [
              count(visits.in[index]),
              known(inside?.mean, index, about),
              known(inside?.max, index, count),
              known(stays?.median, index, duration),
              known(stays?.p95, index, duration),
            ]),
          ]
        : [],
    );
    this.body.replaceChildren(...(rows.length ? rows : [emptyRow(COLUMNS.length, "Nobody was inside in this time.")]));
  }

  panel() {
    const { visits, most, stay } = this.numbers;
    return h(
      "div",
      { class: "panel card" },
      h(
        "div",
        { class: "panel-head" },
        numberList([
          ["Visits", visits, "zone"],
          ["Most at once", most],
          ["Average stay", stay],
        ]),
        h("div", { class: "end" }, Object.values(this.links)),
      ),
      this.error,
      this.coarse,
      h(
        "div",
        { class: "plots" },
        this.plot("Inside", this.inside, [
          ["zone", "Average"],
          ["highest", "Most at once"],
        ]),
        this.plot("Visits", this.visits, [["zone", "Began"]]),
        this.plot("Length of stay", this.stays, [
          ["zone", "Median"],
          ["highest", "95 % stayed no longer"],
        ]),
      ),
    );
  }

  plot(title, chart, entries) {
    const key = legend(entries);
    key.append(this.befores[this.charts.indexOf(chart)]);
    return h("div", {}, h("h3", {}, title), chart.root, key);
  }
}

function averageStay(stays) {
  const visits = stays ? sum(stays.visits) : 0;
  return visits ? duration(sum(stays.mean.map((mean, index) => mean * stays.visits[index])) / visits) : NONE;
}
