// How many there were, and when.
import { ask } from "../parts/api.js";
import { MirrorChart } from "../charts/mirror.js";
import { h, setOptions, setText } from "../parts/dom.js";
import { feed, follow } from "../parts/feed.js";
import { count, NONE, ZONE } from "../parts/format.js";
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
import { passed, RANGES, rangeQuery } from "../parts/ranges.js";
import { ZonePanel } from "./zones.js";

const REFRESH_MS = 5000;
const ALL = "";

export function mountHistory(root, left) {
  const chosen = { range: "day", camera: ALL, line: ALL, compare: false };
  const ui = layout(root);
  const zones = new ZonePanel();
  root.append(zones.root);
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
    zones.show(chosen, RANGES[chosen.range]);
  };
  for (const [id, button] of ui.ranges) button.addEventListener("click", () => choose({ range: id }));
  ui.camera.addEventListener("change", () => choose({ camera: ui.camera.value, line: ALL }));
  ui.line.addEventListener("change", () => {
    chosen.line = ui.line.value;
    load();
  });
  ui.compare.addEventListener("change", () => choose({ compare: ui.compare.checked }));
  const names = () => {
    ui.showNames(chosen);
    zones.refresh();
  };
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
    zones.close();
  });
  ui.showNames(chosen);
  choose({});
}

function search(chosen, range, dates) {
  const query = new URLSearchParams({ ...dates, bucket: range.bucket, timezone: ZONE });
  if (chosen.camera) query.set("camera", chosen.camera);
  if (chosen.line) query.set("line", chosen.line);
  return query;
}

/** Add up all series of an answer. */
function totals({ buckets, series }) {
  const add = (way) => buckets.map((_, index) => sum(series.map((one) => one[way][index])));
  const all = (way) => sum(series.map((one) => one[`total_${way}`]));
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
  const csv = download("CSV");
  const rows = download("Every crossing");
  const error = h("p", { class: "error", role: "alert" });
  const chart = new MirrorChart("Counts over time");
  const legendBefore = h("li", { class: "before", hidden: true });
  const body = h("tbody");
  const key = legend([
    ["in", "In, upwards"],
    ["out", "Out, downwards"],
  ]);
  key.append(legendBefore);
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
        numberList([
          ["In", numbers.in, "in"],
          ["Out", numbers.out, "out"],
          ["Busiest", numbers.peak],
        ]),
        h("div", { class: "end" }, csv, rows),
      ),
      error,
      chart.root,
      key,
    ),
    unfoldingTable("Counts as a table", ["When", "In", "Out"], body),
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
      setOptions(camera, [[ALL, "All cameras"], ...feed.cameras.map(({ id }) => [id, id])], chosen.camera);
      const lines = feed.camera(chosen.camera)?.lines ?? [];
      setOptions(line, [[ALL, "All lines"], ...lines.map(({ name, title }) => [name, title])], chosen.line);
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
      const until = begun(starts);
      showNumber(numbers.in, now.totalIn, before && sum(before.in.slice(0, until)));
      showNumber(numbers.out, now.totalOut, before && sum(before.out.slice(0, until)));
      const all = now.in.map((value, index) => value + now.out[index]);
      const peak = Math.max(0, ...all);
      setText(numbers.peak, peak ? span(all.indexOf(peak)) : NONE);
      const rows = all.flatMap((value, index) =>
        value ? [tableRow(span(index), [count(now.in[index]), count(now.out[index])])] : [],
      );
      body.replaceChildren(...(rows.length ? rows : [emptyRow(3, "Nobody crossed a line in this time.")]));
    },
  };
}
