// What every panel of History has: numbers at its head, downloads, a legend, and the same as a table.
import { h } from "./dom.js";
import { change, count } from "./format.js";
import { icon } from "./icons.js";

/** Make the list of a panel's numbers, of [label, element, class]. */
export const numberList = (numbers) =>
  h(
    "dl",
    { class: "numbers" },
    numbers.map(([label, element, kind = ""]) => h("div", { class: kind }, h("dt", {}, label), element)),
  );

/** Show a number, and by how much it differs from what was before. */
export function showNumber(element, value, before, text = count) {
  const delta = before ? h("span", { class: "delta" }, ` ${change((value - before) / before)}`) : "";
  element.replaceChildren(text(value), delta);
}

export const download = (label) => h("a", { class: "button", download: true }, icon("download", 18), label);

/** Make a legend of [class, text]. */
export const legend = (entries) =>
  h(
    "ul",
    { class: "legend" },
    entries.map(([kind, text]) => h("li", { class: kind }, h("i"), text)),
  );

/** Make a table that unfolds; `columns` after the first hold figures. */
export function unfoldingTable(label, columns, body) {
  const heads = columns.map((text, index) => h("th", { scope: "col", class: index ? "figure" : "" }, text));
  return h(
    "details",
    { class: "panel card" },
    h("summary", {}, "The same as a table"),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
      h("table", {}, h("thead", {}, h("tr", {}, heads)), body),
    ),
  );
}

/** Make a row of such a table. */
export const tableRow = (head, figures) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, head),
    figures.map((figure) => h("td", { class: "figure" }, figure)),
  );

export const emptyRow = (columns, text) => h("tr", {}, h("td", { colspan: columns, class: "quiet" }, text));

/** Return how many of the buckets have begun: a day that is not over is compared with as much of the other one. */
export const begun = (starts) => starts.filter((start) => Date.parse(start) <= Date.now()).length;

export const sum = (values) => values.reduce((total, value) => total + (value ?? 0), 0);
