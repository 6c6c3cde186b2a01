// What people should know of the model in use, once for all cameras that have it.
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Return an element that shows the notices of cameras, kept up to date by its `show`. */
export function notices() {
  const root = h("div", { class: "notices" });
  let shown = "";
  return {
    root,
    show(cameras) {
      const texts = [...new Set(cameras.map((camera) => camera.detector.notice).filter(Boolean))];
      if (texts.join("\n") === shown) return;
      shown = texts.join("\n");
      root.replaceChildren(...texts.map((text) => h("p", { class: "notice" }, icon("warn"), text)));
    },
  };
}
