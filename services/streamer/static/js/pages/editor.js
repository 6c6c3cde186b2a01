// Lines and zones, drawn over the live picture and stored in the configuration in force.
import { ask, cameraPath } from "../parts/api.js";
import { decide, toast } from "../parts/dialog.js";
import { h, setText } from "../parts/dom.js";
import { feed, follow } from "../parts/feed.js";
import { icon } from "../parts/icons.js";
import { letGo, showCamera } from "../parts/picture.js";
import { Canvas } from "../editor/canvas.js";
import { Model } from "../editor/model.js";
import { panel } from "../editor/panel.js";
import { fromConfig, nameFrom, toConfig } from "../editor/shapes.js";

const FALLBACK = [1280, 720];
const HINTS = {
  line: "Drag across the picture to draw the line, or press Enter to put one in the middle. Escape ends it.",
  zone: "Click the corners one by one; click the first again to close the zone. Enter puts one in the middle.",
  idle: "Drag a line, a zone or its white points. By keyboard: Tab to a point, then the arrow keys; Shift makes big steps.",
};

export function mountEditor(root, left, id) {
  const camera = feed.camera(id);
  const [width, height] = camera?.width ? [camera.width, camera.height] : FALLBACK;
  const model = new Model([]);
  const canvas = new Canvas(model, width, height);
  const ui = layout(root, id, model, canvas);
  ui.stage.style.setProperty("--ratio", width / height);
  const session = { id, version: null, configVersion: null, undo: null };

  const load = async () => {
    try {
      const config = await ask("/api/config", { signal: left });
      const stored = config.cameras.find((one) => one.id === id);
      if (!stored) throw new Error(`There is no camera ${id} in the configuration.`);
      Object.assign(session, { version: stored.version, configVersion: config.version, undo: config.undo });
      model.load(fromConfig(stored));
      ui.canvasReady();
    } catch (error) {
      if (!left.aborted) setText(ui.error, error.message);
    }
  };
  ui.save.addEventListener("click", () => save(session, model, ui, load));
  ui.revert.addEventListener("click", () => model.load(JSON.parse(model.stored)));
  model.addEventListener("change", () => ui.show());
  canvas.addEventListener("mode", () => ui.show());
  keys(left, model, canvas, ui);
  showCamera(ui.image, id, { raw: true });
  left.addEventListener("abort", () => {
    letGo(ui.image);
    canvas.sizes.disconnect();
  });
  follow(left, {
    change: () => {
      const now = feed.camera(id);
      if (now?.width && !model.dirty && (now.width !== canvas.size[0] || now.height !== canvas.size[1])) {
        canvas.size = [now.width, now.height];
        canvas.root.setAttribute("viewBox", `0 0 ${now.width} ${now.height}`);
        ui.stage.style.setProperty("--ratio", now.width / now.height);
        canvas.render();
      }
    },
  });
  ui.show();
  load();
  return {
    dirty: () => model.dirty,
    mayLeave: async () =>
      !model.dirty ||
      (await decide("Leave without saving?", "Your lines and zones are not saved yet.", [
        { value: "", label: "Stay" },
        { value: "leave", label: "Leave", kind: "danger" },
      ])) === "leave",
  };
}

function layout(root, id, model, canvas) {
  const image = h("img", { class: "picture", alt: `Live picture of ${id}` });
  const stage = h("div", { class: "stage" }, image, canvas.root);
  const tool = (kind, label) =>
    h(
      "button",
      {
        class: "button",
        type: "button",
        "aria-pressed": "false",
        on: { click: () => canvas.draw(canvas.drawing === kind ? null : kind) },
      },
      icon(kind, 18),
      label,
    );
  const line = tool("line", "Add a line");
  const zone = tool("zone", "Add a zone");
  const step = (name, label, run) =>
    h(
      "button",
      { class: "button icon", type: "button", "aria-label": label, title: label, on: { click: run } },
      icon(name, 18),
    );
  const undo = step("undo", "Undo", () => model.undo());
  const redo = step("redo", "Redo", () => model.redo());
  const hint = h("p", { class: "hint", "aria-live": "polite" });
  const none = h(
    "p",
    { class: "quiet savebar" },
    "Nothing is counted here yet. Add a line where people pass, or a zone where they stay.",
  );
  const error = h("p", { class: "error", role: "alert" });
  const save = h("button", { class: "button primary", type: "button" }, "Save");
  const revert = h("button", { class: "button", type: "button" }, "Discard");
  const back = `#/camera/${encodeURIComponent(id)}`;
  root.append(
    h(
      "div",
      { class: "page-head" },
      h("a", { class: "button icon plain", href: back, "aria-label": `Back to ${id}` }, icon("back")),
      h("h1", {}, `Lines and zones · ${id}`),
    ),
    h(
      "div",
      { class: "alone" },
      h("div", {}, h("div", { class: "bench" }, line, zone, undo, redo), stage, hint),
      h(
        "div",
        { class: "side" },
        h(
          "section",
          { class: "card", "aria-label": "Lines and zones" },
          none,
          panel(model),
          h("div", { class: "savebar" }, error, revert, save),
        ),
      ),
    ),
  );
  let ready = false;
  const show = () => {
    line.setAttribute("aria-pressed", canvas.drawing === "line");
    zone.setAttribute("aria-pressed", canvas.drawing === "zone");
    line.disabled = zone.disabled = !ready;
    undo.disabled = !model.past.length;
    redo.disabled = !model.future.length;
    setText(hint, HINTS[canvas.drawing ?? "idle"]);
    none.hidden = !ready || model.shapes.length > 0;
    save.disabled = !model.dirty || Boolean(model.flaw);
    revert.disabled = !model.dirty;
    if (ready) setText(error, model.flaw);
  };
  return {
    image,
    stage,
    save,
    revert,
    error,
    show,
    canvasReady: () => {
      ready = true;
      show();
    },
  };
}

function keys(left, model, canvas, ui) {
  addEventListener(
    "keydown",
    (event) => {
      const typing = event.target.closest("input, select, dialog");
      const command = event.ctrlKey || event.metaKey;
      if (command && event.key === "s") {
        event.preventDefault();
        if (!ui.save.disabled) ui.save.click();
        return;
      }
      if (typing) return;
      if (command && event.key.toLowerCase() === "z") {
        event.preventDefault();
        if (event.shiftKey) model.redo();
        else model.undo();
      } else if (command && event.key === "y") {
        event.preventDefault();
        model.redo();
      } else if (event.key === "Escape") {
        if (canvas.drawing) canvas.draw(null);
        else model.choose(null);
      } else if (event.key === "Enter" && canvas.drawing) {
        event.preventDefault();
        if (canvas.draft.length >= 3) canvas.finish();
        else if (!canvas.draft.length) canvas.place();
      }
    },
    { signal: left },
  );
}

async function save(session, model, ui, load) {
  ui.save.disabled = true;
  const shapes = [];
  for (const shape of model.shapes) {
    const title = shape.title.trim();
    shapes.push({
      ...shape,
      title,
      name: shape.fresh
        ? nameFrom(title, shape.kind, [...shapes, ...model.shapes.filter((one) => !one.fresh)])
        : shape.name,
    });
  }
  try {
    await ask(cameraPath(session.id), { method: "PATCH", version: session.version, body: toConfig(shapes) });
  } catch (error) {
    if (error.status === 412) await settle(session, model, ui, load);
    else {
      ui.show();
      setText(ui.error, error.message);
    }
    return;
  }
  await load();
  toast("Saved, and in force now.", { action: { label: "Undo", run: () => takeBack(session, load) } });
  feed.refresh();
}

/** Somebody else saved first: theirs, or ours over it. */
async function settle(session, model, ui, load) {
  const choice = await decide(
    "Somebody else changed this camera",
    "It was saved elsewhere while you were drawing. Nothing of yours is stored yet.",
    [
      { value: "theirs", label: "Load theirs" },
      { value: "mine", label: "Keep mine and save", kind: "primary" },
    ],
  );
  if (choice === "theirs") {
    await load();
    return;
  }
  ui.show();
  if (choice !== "mine") return;
  const config = await ask("/api/config");
  session.version = config.cameras.find((one) => one.id === session.id)?.version ?? null;
  await save(session, model, ui, load);
}

async function takeBack(session, load) {
  try {
    await ask("/api/config/undo", { method: "POST", version: session.configVersion });
    toast("Taken back.");
    feed.refresh();
    await load();
  } catch (error) {
    toast(error.message, { bad: true });
  }
}
