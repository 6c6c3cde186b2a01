// The form of a camera, with a test picture of its source before anything is stored.
import { ask, askPicture } from "./api.js";
import { show } from "./dialog.js";
import { h, setText } from "./dom.js";

const EXAMPLES = [
  "/dev/video0",
  "rtsp://user:password@camera/stream",
  "http://camera/video.mjpg",
  "/videos/entrance.mp4",
  "demo://plaza",
];
const NUMBERS = ["fps", "width", "height"];

/**
 * Ask for a new camera, or for changes of `camera`, and store them.
 * @returns {Promise<boolean>} whether something was stored
 */
export async function cameraDialog(camera, path) {
  const ui = form(camera);
  let stored = false;
  ui.test.addEventListener("click", () => tryOut(ui, camera));
  ui.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    ui.save.disabled = true;
    try {
      const body = camera ? keysOf(ui) : { id: ui.id.value.trim(), ...used(keysOf(ui)) };
      await ask(path, { method: camera ? "PATCH" : "POST", version: camera?.version, body });
      stored = true;
      ui.dialog.close();
    } catch (refused) {
      setText(ui.error, refused.message);
    } finally {
      ui.save.disabled = false;
    }
  });
  await show(ui.dialog);
  if (ui.trial.dataset.url) URL.revokeObjectURL(ui.trial.dataset.url);
  return stored;
}

/** Return what the form says; null is: as it comes. */
function keysOf(ui) {
  const numbers = Object.fromEntries(NUMBERS.map((key) => [key, ui[key].value === "" ? null : Number(ui[key].value)]));
  return { source: ui.source.value.trim(), overlay: ui.overlay.value, ...numbers };
}

const used = (keys) => Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null));

async function tryOut(ui, camera) {
  if (!ui.source.reportValidity()) return;
  const say = (text) => ui.trial.replaceChildren(h("p", {}, text));
  ui.test.disabled = true;
  ui.trial.classList.remove("failed");
  say("Opening it…");
  try {
    const picture = await askPicture("/api/config/test", {
      method: "POST",
      body: { ...used(keysOf(ui)), camera: camera?.id },
    });
    if (ui.trial.dataset.url) URL.revokeObjectURL(ui.trial.dataset.url);
    ui.trial.dataset.url = URL.createObjectURL(picture);
    ui.trial.replaceChildren(h("img", { src: ui.trial.dataset.url, alt: "Test picture" }));
  } catch (refused) {
    ui.trial.classList.add("failed");
    say(refused.message);
  } finally {
    ui.test.disabled = false;
  }
}

function form(camera) {
  const text = (fields) => h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...fields });
  const number = (value, fields) =>
    h("input", { type: "number", value: value ?? "", placeholder: "auto", inputmode: "decimal", ...fields });
  const ui = {
    id: text({
      required: true,
      maxlength: 63,
      pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]*",
      title: "Letters, digits, _ and -; a letter or digit first",
    }),
    source: text({ required: true, value: camera?.source ?? "", list: "source-examples", placeholder: EXAMPLES[0] }),
    fps: number(camera?.fps, { min: 0.1, max: 240, step: "any" }),
    width: number(camera?.width, { min: 16, max: 7680 }),
    height: number(camera?.height, { min: 16, max: 7680 }),
    overlay: h(
      "select",
      {},
      h("option", { value: "exact" }, "Each picture with its own boxes"),
      h("option", { value: "live" }, "Every picture at once, boxes carried forward"),
    ),
    trial: h("div", { class: "trial", "aria-live": "polite" }, h("p", {}, "Test it to see a picture before you save.")),
    test: h("button", { class: "button first", type: "button" }, "Test picture"),
    save: h("button", { class: "button primary", type: "submit" }, camera ? "Save" : "Add"),
    error: h("p", { class: "error", role: "alert" }),
  };
  ui.overlay.value = camera?.overlay ?? "exact";
  const field = (label, input, hint) => h("label", { class: "field" }, label, input, hint && h("small", {}, hint));
  const cancel = h("button", { class: "button", type: "button", on: { click: () => ui.dialog.close() } }, "Cancel");
  ui.form = h(
    "form",
    {},
    h("h2", { id: "camera-dialog-title" }, camera ? `Camera ${camera.id}` : "Add a camera"),
    !camera &&
      field(
        "Name",
        ui.id,
        "Letters, digits, _ and -. It is part of addresses and of what is stored, and does not change.",
      ),
    field("Source", ui.source, "A device, a file, or an address: rtsp://…, http://… (MJPEG), demo://plaza"),
    h(
      "datalist",
      { id: "source-examples" },
      EXAMPLES.map((value) => h("option", { value })),
    ),
    h("div", { class: "row" }, field("At most, fps", ui.fps), field("Width", ui.width), field("Height", ui.height)),
    field("Picture", ui.overlay),
    ui.trial,
    ui.error,
    h("div", { class: "ends" }, ui.test, cancel, ui.save),
  );
  ui.dialog = h("dialog", { "aria-labelledby": "camera-dialog-title" }, ui.form);
  return ui;
}
