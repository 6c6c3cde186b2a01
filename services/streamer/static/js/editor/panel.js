// The list beside the picture: names, directions, and what to do with each shape.
import { h } from "../parts/dom.js";
import { icon } from "../parts/icons.js";

const ANCHORS = { centre: "middle", feet: "feet" };

/** Return a list that follows the model. */
export function panel(model) {
  const list = h("ul", { class: "shapes" });
  const items = new Map();
  const render = () => {
    for (const [key, item] of items)
      if (!model.find(key)) {
        item.root.remove();
        items.delete(key);
      }
    model.shapes.forEach((shape, index) => {
      if (!items.has(shape.key)) items.set(shape.key, new Item(model, shape));
      const item = items.get(shape.key);
      if (list.children[index] !== item.root) list.insertBefore(item.root, list.children[index] ?? null);
      item.show(shape, shape.key === model.chosen);
    });
  };
  model.addEventListener("change", render);
  render();
  return list;
}

class Item {
  constructor(model, shape) {
    const { key, kind } = shape;
    this.title = h("input", {
      type: "text",
      maxlength: 60,
      "aria-label": `Name of the ${kind}`,
      on: { input: () => model.set(key, { title: this.title.value }, `${key} title`), focus: () => model.choose(key) },
    });
    this.anchor = h(
      "select",
      {
        "aria-label": "Part of the person that counts",
        on: { change: () => model.set(key, { anchor: this.anchor.value }) },
      },
      Object.entries(ANCHORS).map(([value, text]) => h("option", { value }, text)),
    );
    const flip = () => model.set(key, { points: [...model.find(key).points].reverse() });
    this.flip =
      kind === "line" &&
      h("button", { class: "button small", type: "button", on: { click: flip } }, icon("flip", 16), "Flip IN");
    this.remove = h(
      "button",
      { class: "button icon small plain danger", type: "button", on: { click: () => model.remove(key) } },
      icon("trash", 18),
    );
    this.root = h(
      "li",
      { class: `shape-item ${kind}`, data: { name: shape.name }, on: { pointerdown: () => model.choose(key) } },
      h("div", { class: "top" }, h("span", { class: "swatch" }), this.title, this.remove),
      h("div", { class: "below" }, "by people's", this.anchor, this.flip),
    );
  }

  show(shape, chosen) {
    if (this.title.value !== shape.title) this.title.value = shape.title;
    this.anchor.value = shape.anchor;
    this.root.classList.toggle("chosen", chosen);
    this.remove.setAttribute("aria-label", `Delete ${shape.title}`);
    if (this.flip) this.flip.setAttribute("aria-label", `Flip which way is IN at ${shape.title}`);
  }
}
