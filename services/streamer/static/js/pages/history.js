// How many there were, and when.
import { ask } from "../parts/api.js";
import { MirrorChart } from "../charts/mirror.js";
import { h, setText } from "../parts/dom.js";
import { feed, follow } from "../parts/feed.js";
import { change, count, NONE, ZONE } from "../parts/format.js";
import { icon } from "../parts/icons.js";
import { passed, RANGES, rangeQuery } from "../parts/ranges.js";

const REFRESH_MS = 5000;
const ALL = "";

export function mountHistory(root, left) {
  const chosen = { range: "day", camera: ALL, line: ALL, compare: false };
  const ui = layout(root);
  let asked = null;
  let timer = 0;

  const load = async () => {
    clearTimeout(timer);
    timer = 0;
    asked?.abort();
    asked = new AbortController();
    const range = RANGES[chosen.range];
    const { signal } = asked;
    ui.showChoice(chosen, range);
    try {
      const query = (options) => `/api/counts?${search(chosen, range, rangeQuery(range, options))}`;
      const [now, before] = await Promise.all([
        ask(query(), { signal }),
        chosen.compare ? ask(query({ before: true }), { signal }) : null,
      ]);
      if (left.aborted) return;
      ui.showCounts(range, totals(now), before && totals(before), now.buckets);
      setText(ui.error, "");
    } catch (error) {
      if (error.name !== "AbortError") setText(ui.error, error.message);
    }
  };
  const choose = (fields) => {
    Object.assign(chosen, fields);
    load();
  };
  for (const [id, button] of ui.ranges) button.addEventListener("click", () => choose({ range: id }));
  ui.camera.addEventListener("change", () => choose({ camera: ui.camera.value, line: ALL }));
  ui.line.addEventListener("change", () => choose({ line: ui.line.value }));
  ui.compare.addEventListener("change", () => choose({ compare: ui.compare.checked }));
  const names = () => ui.showNames(chosen);
  follow(left, {
    change: names,
    crossing: () => {
      timer ||= setTimeout(load, REFRESH_MS);
    },
  });
  left.addEventListener("abort", () => {
    clearTimeout(timer);
    asked?.abort();
    ui.chart.sizes.disconnect();
  });
  names();
  load();
}

function search(chosen, range, dates) {
  const query = new URLSearchParams({ ...dates, bucket: range.bucket, timezone: ZONE });
  if (chosen.camera) query.set("camera", chosen.camera);
  if (chosen.line) query.set("line", chosen.line);
  return query;
}

/** Add up all series of an answer. */
function totals({ buckets, series }) {
  const add = (way) => buckets.map((_, index) => series.reduce((sum, one) => sum + (one[way][index] ?? 0), 0));
  const all = (way) => series.reduce((sum, one) => sum + one[`total_${way}`], 0);
  return { in: add("in"), out: add("out"), totalIn: all("in"), totalOut: all("out") };
}

function layout(root) {
  const ranges = new Map(
    Object.entries(RANGES).map(([id, { label }]) => [
      id,
      h("button", { class: "button", type: "button", "aria-pressed": "false" }, label),
    ]),
  );
  const camera = h("select");
  const line = h("select");
  const compare = h("input", { type: "checkbox" });
  const compared = h("span", {}, "Compare");
  const numbers = { in: h("dd"), out: h("dd"), peak: h("dd") };
  const csv = h("a", { class: "button", download: true }, icon("download", 18), "CSV");
  const rows = h("a", { class: "button", download: true }, icon("download", 18), "Every crossing");
  const error = h("p", { class: "error", role: "alert" });
  const chart = new MirrorChart("Counts over time");
  const legendBefore = h("li", { class: "before", hidden: true });
  const body = h("tbody");
  root.append(
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, "History"),
      h(
        "div",
        { class: "end" },
        h("div", { class: "segments", role: "group", "aria-label": "Span of time" }, [...ranges.values()]),
      ),
    ),
    h(
      "div",
      { class: "filters" },
      h("label", { class: "field" }, "Camera", camera),
      h("label", { class: "field" }, "Line", line),
      h("label", { class: "check" }, compare, compared),
    ),
    h(
      "section",
      { class: "panel card", "aria-label": "Counts over time" },
      h(
        "div",
        { class: "panel-head" },
        h(
          "dl",
          { class: "numbers" },
          h("div", { class: "in" }, h("dt", {}, "In"), numbers.in),
          h("div", { class: "out" }, h("dt", {}, "Out"), numbers.out),
          h("div", {}, h("dt", {}, "Busiest"), numbers.peak),
        ),
        h("div", { class: "end" }, csv, rows),
      ),
      error,
      chart.root,
      h(
        "ul",
        { class: "legend" },
        h("li", { class: "in" }, h("i"), "In, upwards"),
        h("li", { class: "out" }, h("i"), "Out, downwards"),
        legendBefore,
      ),
    ),
    h(
      "details",
      { class: "panel card" },
      h("summary", {}, "The same as a table"),
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": "Counts as a table" },
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ["When", "In", "Out"].map((text, index) => h("th", { scope: "col", class: index ? "figure" : "" }, text)),
            ),
          ),
          body,
        ),
      ),
    ),
  );
  return {
    ranges,
    camera,
    line,
    compare,
    error,
    chart,
    showChoice(chosen, range) {
      for (const [id, button] of ranges) button.setAttribute("aria-pressed", id === chosen.range);
      setText(compared, `Compare with ${range.compared.toLowerCase()}`);
      legendBefore.hidden = !chosen.compare;
      legendBefore.replaceChildren(h("i"), range.compared);
      const dates = rangeQuery(range);
      csv.href = `/api/counts?${search(chosen, range, dates)}&format=csv`;
      rows.href = `/api/crossings?${search(chosen, range, dates)}&format=csv`.replace(/bucket=[^&]*&/, "");
    },
    showNames(chosen) {
      options(camera, [[ALL, "All cameras"], ...feed.cameras.map(({ id }) => [id, id])], chosen.camera);
      const lines = feed.camera(chosen.camera)?.lines ?? [];
      options(line, [[ALL, "All lines"], ...lines.map(({ name, title }) => [name, title])], chosen.line);
      line.disabled = !chosen.camera;
    },
    showCounts(range, now, before, starts) {
      const span = (index) => range.span(starts, index);
      chart.show({
        starts,
        in: now.in,
        out: now.out,
        before,
        now: passed(range),
        steps: range.steps,
        span,
        tick: (index) => range.tick(starts[index]),
      });
      // A day that is not over is compared with as much of the other one.
      const begun = starts.filter((start) => Date.parse(start) <= Date.now()).length;
      const until = (values) => values?.slice(0, begun).reduce((sum, value) => sum + value, 0);
      showNumber(numbers.in, now.totalIn, until(before?.in));
      showNumber(numbers.out, now.totalOut, until(before?.out));
      const all = now.in.map((value, index) => value + now.out[index]);
      const peak = Math.max(0, ...all);
      setText(numbers.peak, peak ? span(all.indexOf(peak)) : NONE);
      body.replaceChildren(...all.flatMap((value, index) => (value ? [tableRow(span(index), now, index)] : [])));
      if (!peak)
        body.append(h("tr", {}, h("td", { colspan: 3, class: "quiet" }, "Nobody crossed a line in this time.")));
    },
  };
}

function showNumber(element, value, before) {
  const delta = before ? h("span", { class: "delta" }, ` ${change((value - before) / before)}`) : "";
  element.replaceChildren(count(value), delta);
}

function tableRow(span, now, index) {
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, span),
    [now.in, now.out].map((values) => h("td", { class: "figure" }, count(values[index]))),
  );
}

function options(select, wanted, value) {
  const text = JSON.stringify(wanted);
  if (select.dataset.options !== text) {
    select.dataset.options = text;
    select.replaceChildren(...wanted.map(([id, label]) => h("option", { value: id }, label)));
  }
  select.value = value;
}
