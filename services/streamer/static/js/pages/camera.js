// One camera, as large as the window, or the screen.
import { ageText, Counts } from "../parts/card.js";
import { h, setText } from "../parts/dom.js";
import { feed, follow, STATES, trouble } from "../parts/feed.js";
import { milliseconds, modelName, NONE, rate } from "../parts/format.js";
import { icon } from "../parts/icons.js";
import { notices } from "../parts/notice.js";
import { letGo, showCamera } from "../parts/picture.js";

const FACTS = [
  ["Camera", (camera, live) => (live ? `${rate(camera.capture_fps)} fps` : NONE)],
  ["Detector", (camera, live) => (live ? `${rate(camera.detect_fps)} fps` : NONE)],
  ["Latency", (camera) => milliseconds(camera.latency_ms)],
  ["Size", (camera) => (camera.width ? `${camera.width} × ${camera.height}` : NONE)],
  ["Model", (camera) => modelName(camera.detector)],
  ["Viewers", (camera) => camera.viewers],
  ["Source", (camera) => camera.source],
];

export function mountCamera(root, left, id) {
  const image = h("img", { class: "picture", alt: `Live picture of ${id}` });
  const state = h("span", { class: "state" });
  const age = h("span", { class: "age-now" });
  const stage = h(
    "div",
    { class: "stage" },
    image,
    h("p", { class: "said" }, state, age),
    h(
      "button",
      {
        class: "button icon corner",
        type: "button",
        "aria-label": "Full screen",
        title: "Full screen (F)",
        on: { click: () => fullScreen(stage) },
      },
      icon("expand"),
    ),
  );
  const cause = h("p", { class: "cause", hidden: true });
  const counts = new Counts();
  const values = FACTS.map(() => h("dd"));
  const notice = notices();
  const edit = `#/camera/${encodeURIComponent(id)}/edit`;
  root.append(
    h(
      "div",
      { class: "page-head" },
      h("a", { class: "button icon plain", href: "#/", "aria-label": "Back to all cameras" }, icon("back")),
      h("h1", {}, id),
      h("div", { class: "end" }, h("a", { class: "button", href: edit }, icon("pencil", 18), "Lines and zones")),
    ),
    notice.root,
    h(
      "div",
      { class: "alone" },
      stage,
      h(
        "div",
        { class: "side" },
        cause,
        h("section", { class: "card" }, h("h2", {}, "Totals"), counts.table, counts.zones),
        h(
          "section",
          { class: "card" },
          h("h2", {}, "Facts"),
          h(
            "dl",
            { class: "facts" },
            FACTS.map(([label], index) => [h("dt", {}, label), values[index]]),
          ),
        ),
      ),
    ),
  );
  showCamera(image, id);
  const show = () => {
    const camera = feed.camera(id);
    if (!camera) {
      if (feed.loaded) {
        cause.hidden = false;
        setText(cause, `There is no camera ${id} any more.`);
      }
      return;
    }
    const live = camera.state === "live";
    stage.dataset.state = camera.state;
    if (camera.width) stage.style.setProperty("--ratio", camera.width / camera.height);
    setText(state, STATES[camera.state] ?? camera.state);
    setText(age, ageText(camera));
    const text = trouble(camera);
    cause.hidden = !text;
    setText(cause, text);
    counts.show(camera);
    notice.show([camera]);
    FACTS.forEach(([, value], index) => setText(values[index], value(camera, live)));
  };
  follow(left, { change: show });
  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "f" && !event.ctrlKey && !event.metaKey && !event.altKey) fullScreen(stage);
    },
    { signal: left },
  );
  left.addEventListener("abort", () => letGo(image));
  show();
}

function fullScreen(stage) {
  if (document.fullscreenElement) document.exitFullscreen();
  else stage.requestFullscreen?.();
}
