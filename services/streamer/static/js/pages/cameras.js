// The cameras there are: add one, change it, open it again, remove it, and take the last change back.
import { ask, cameraPath } from "../parts/api.js";
import { cameraDialog } from "../parts/camera_dialog.js";
import { decide, toast } from "../parts/dialog.js";
import { h, setText } from "../parts/dom.js";
import { feed, follow, STATES, trouble } from "../parts/feed.js";
import { icon } from "../parts/icons.js";
import { letGo, showCamera } from "../parts/picture.js";

export function mountCameras(root, left) {
  const fleet = h("div", { class: "fleet" });
  const error = h("p", { class: "error", role: "alert" });
  const undoBar = h("div", { class: "undo-bar card", hidden: true });
  const add = h("button", { class: "button primary", type: "button" }, icon("plus", 18), "Add a camera");
  const empty = h(
    "p",
    { class: "empty", hidden: true },
    "There is no camera yet. Add one: a USB camera, a network camera, a video file, or the demo.",
  );
  root.append(
    h("div", { class: "page-head" }, h("h1", {}, "Cameras"), h("div", { class: "end" }, add)),
    error,
    undoBar,
    empty,
    fleet,
  );
  const cards = new Map();
  let config = null;

  const act = async (action, said) => {
    try {
      await action();
      toast(said);
    } catch (refused) {
      toast(refused.message, { bad: true });
    }
    await load();
    feed.refresh();
  };
  const load = async () => {
    try {
      config = await ask("/api/config", { signal: left });
      setText(error, "");
    } catch (refused) {
      if (!left.aborted) setText(error, refused.message);
      return;
    }
    show();
  };
  const show = () => {
    for (const [id, card] of cards)
      if (!config.cameras.some((one) => one.id === id)) {
        card.remove();
        cards.delete(id);
      }
    for (const camera of config.cameras) {
      if (!cards.has(camera.id)) {
        cards.set(camera.id, fleetCard(camera.id, { edit, reconnect, remove }));
        fleet.append(cards.get(camera.id).root);
      }
      cards.get(camera.id).show(camera, feed.camera(camera.id));
    }
    empty.hidden = config.cameras.length > 0;
    showUndo(undoBar, config, () =>
      act(() => ask("/api/config/undo", { method: "POST", version: config.version }), "Taken back."),
    );
  };
  const stored = (id) => config.cameras.find((one) => one.id === id);
  const edit = async (id) => {
    if (await cameraDialog(stored(id), cameraPath(id))) {
      toast("Saved, and in force now.");
      await load();
      feed.refresh();
    }
  };
  const reconnect = (id) => act(() => ask(`${cameraPath(id)}/reconnect`, { method: "POST" }), `${id} is opened again.`);
  const remove = async (id) => {
    const answer = await decide(`Remove ${id}?`, "It is not watched any more. What it counted stays in the history.", [
      { value: "", label: "Keep it" },
      { value: "remove", label: "Remove", kind: "danger" },
    ]);
    if (answer === "remove")
      await act(() => ask(cameraPath(id), { method: "DELETE", version: stored(id).version }), `${id} is removed.`);
  };
  add.addEventListener("click", async () => {
    if (await cameraDialog(null, "/api/config/cameras")) {
      toast("Added.");
      await load();
      feed.refresh();
    }
  });
  follow(left, {
    change: () => {
      if (config) show();
    },
  });
  left.addEventListener("abort", () => {
    for (const card of cards.values()) card.remove();
  });
  load();
}

function showUndo(bar, { undo, version }, run) {
  bar.hidden = !undo;
  if (!undo || bar.dataset.version === version) return;
  bar.dataset.version = version;
  bar.replaceChildren(
    `Last change: ${undo.what}`,
    h("button", { class: "button small", type: "button", on: { click: run } }, icon("undo", 16), "Undo"),
  );
}

function fleetCard(id, { edit, reconnect, remove }) {
  const image = h("img", { class: "picture", alt: `Live picture of ${id}` });
  const state = h("span", { class: "state" });
  const source = h("p", { class: "source" });
  const cause = h("p", { class: "cause", hidden: true });
  const button = (name, label, run, kind = "") =>
    h(
      "button",
      {
        class: `button small ${kind}`,
        type: "button",
        title: label,
        "aria-label": `${label} ${id}`,
        on: { click: () => run(id) },
      },
      icon(name, 16),
      !kind && label,
    );
  const root = h(
    "article",
    { class: "card", data: { camera: id }, "aria-label": `Camera ${id}` },
    h("div", { class: "view" }, image),
    h("div", { class: "body" }, h("div", { class: "tile-title" }, h("h2", {}, id), state), source, cause),
    h(
      "div",
      { class: "tools" },
      button("pencil", "Edit", edit),
      h(
        "a",
        {
          class: "button small",
          href: `#/camera/${encodeURIComponent(id)}/edit`,
          "aria-label": `Lines and zones of ${id}`,
        },
        icon("line", 16),
        "Lines and zones",
      ),
      button("refresh", "Reconnect", reconnect),
      button("trash", "Remove", remove, "icon danger"),
    ),
  );
  showCamera(image, id);
  return {
    root,
    remove: () => {
      letGo(image);
      root.remove();
    },
    show(config, camera) {
      root.dataset.state = camera?.state ?? "waiting";
      setText(state, STATES[root.dataset.state] ?? root.dataset.state);
      setText(source, `${config.source}${config.fps ? `, at most ${config.fps} fps` : ""}`);
      const text = camera ? trouble(camera) : "";
      cause.hidden = !text;
      setText(cause, text);
    },
  };
}
