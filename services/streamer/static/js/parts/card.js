// A camera's card on the wall: picture, state, and totals.
import { h, setNumber, setText } from "./dom.js";
import { inside, STATES, trouble } from "./feed.js";
import { count, milliseconds, time } from "./format.js";
import { icon } from "./icons.js";
import { letGo, showCamera } from "./picture.js";

/** A table of what was counted at each line, kept up to date by `show`. */
export class Counts {
  constructor() {
    this.rows = h("tbody");
    this.table = h(
      "table",
      { class: "counts" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td"),
          ["In", "Out", "Inside"].map((label) => h("th", { scope: "col", class: "figure" }, label)),
        ),
      ),
      this.rows,
    );
    this.zones = h("ul", { class: "zones", "aria-label": "Zones" });
  }

  show({ lines, zones }) {
    this.table.hidden = lines.length === 0;
    const names = JSON.stringify(lines.map((line) => [line.name, line.title]));
    if (this.names !== names) {
      this.names = names;
      this.rows.replaceChildren(...lines.map(lineRow));
    }
    lines.forEach((line, index) => {
      const [into, out, within] = this.rows.children[index].querySelectorAll(".number");
      setNumber(into, count(line.in));
      setNumber(out, count(line.out));
      setText(within, count(inside([line])));
    });
    const shown = JSON.stringify(zones);
    if (this.shown === shown) return;
    this.shown = shown;
    this.zones.replaceChildren(
      ...zones.map((zone) => h("li", { class: "chip" }, `${zone.title} `, h("b", {}, count(zone.occupancy)), "inside")),
    );
  }
}

function lineRow(line) {
  const cell = (way) => h("td", { class: `figure ${way}` }, h("span", { class: "number" }));
  return h(
    "tr",
    { data: { line: line.name } },
    h("th", { scope: "row" }, line.title),
    cell("in"),
    cell("out"),
    cell("within"),
  );
}

/** A camera on the wall. */
export class Card {
  constructor(camera) {
    const address = `#/camera/${encodeURIComponent(camera.id)}`;
    this.image = h("img", { class: "picture", alt: `Live picture of ${camera.id}` });
    this.view = h("a", { class: "view", href: address, "aria-label": `Open ${camera.id}` }, this.image);
    this.state = h("span", { class: "state" });
    this.age = h("span", { class: "age" });
    this.cause = h("p", { class: "cause", hidden: true });
    this.counts = new Counts();
    this.root = h(
      "article",
      { class: "camera card", data: { camera: camera.id }, "aria-label": `Camera ${camera.id}` },
      this.view,
      h(
        "div",
        { class: "plate" },
        h("h2", {}, h("a", { href: address }, camera.id)),
        this.state,
        this.age,
        h(
          "div",
          { class: "tools" },
          tool("pencil", `Lines and zones of ${camera.id}`, `${address}/edit`),
          h(
            "button",
            {
              class: "button icon small plain",
              type: "button",
              "aria-label": `Full screen of ${camera.id}`,
              title: "Full screen",
              on: { click: () => this.view.requestFullscreen?.() },
            },
            icon("expand", 18),
          ),
        ),
      ),
      this.cause,
      this.counts.table,
      this.counts.zones,
    );
    showCamera(this.image, camera.id);
  }

  show(camera) {
    this.root.dataset.state = camera.state;
    setText(this.state, STATES[camera.state] ?? camera.state);
    setText(this.age, ageText(camera));
    if (camera.width && camera.height) this.view.style.aspectRatio = `${camera.width} / ${camera.height}`;
    const text = trouble(camera);
    this.cause.hidden = !text;
    setText(this.cause, text);
    this.counts.show(camera);
  }

  remove() {
    letGo(this.image);
    this.root.remove();
  }
}

function tool(name, label, address) {
  return h("a", { class: "button icon small plain", href: address, "aria-label": label, title: label }, icon(name, 18));
}

/** Return how old a live picture is, or since when there is none. */
export function ageText(camera) {
  if (camera.state === "live") return camera.age_ms === null ? "" : milliseconds(camera.age_ms);
  return `since ${time(camera.since)}`;
}
