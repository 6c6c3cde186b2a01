// Where pictures go, and where they get lost.
import { ask } from "../parts/api.js";
import { h } from "../parts/dom.js";
import { STATES, trouble } from "../parts/feed.js";
import { offerThemes } from "../parts/theme.js";
import { count, milliseconds, modelName, NONE, rate } from "../parts/format.js";

const POLL_MS = 2000;
const STORE = {
  ready: "Ready",
  unreachable: "Not reachable",
  full: "Spool full",
  unknown: "Not known",
};
const DETECTOR = { ready: "Ready", loading: "Loading", failed: "Failed", unspecified: "Not known" };
const STAGES = [
  ["transport", "Transport"],
  ["detect", "Detection"],
  ["annotate", "Drawing"],
  ["publish", "Encoding and sending"],
];

export function mountSystem(root, left) {
  const top = h("div", { class: "system-top" });
  const list = h("div", {});
  const error = h("p", { class: "error", role: "alert" });
  const theme = h("button", { class: "button icon", type: "button" });
  offerThemes(theme);
  root.append(
    h("div", { class: "page-head" }, h("h1", {}, "System"), h("div", { class: "end" }, theme)),
    error,
    top,
    list,
  );
  const sent = new Map(); // what each camera's viewers had been sent, to tell their rates
  const refresh = async () => {
    try {
      const [cameras, stats, store] = await Promise.all([
        ask("/api/cameras", { signal: left }),
        ask("/stats", { signal: left }),
        ask("/api/store", { signal: left }).catch((refused) => ({
          state: "unknown",
          cause: refused.message,
          spooled: 0,
          lost: 0,
        })),
      ]);
      top.replaceChildren(detectorCard(cameras[0]?.detector), storeCard(store), viewersCard(stats.cameras));
      const byId = new Map(stats.cameras.map((one) => [one.id, one]));
      list.replaceChildren(
        ...cameras
          .filter(({ id }) => byId.has(id))
          .map((camera) => cameraPanel(camera, byId.get(camera.id), delivered(sent, byId.get(camera.id)))),
      );
      error.textContent = "";
    } catch (refused) {
      if (!left.aborted) error.textContent = refused.message;
    }
  };
  const timer = setInterval(() => {
    if (!document.hidden) refresh();
  }, POLL_MS);
  left.addEventListener("abort", () => clearInterval(timer));
  refresh();
}

/** Return pictures per second that an average viewer is sent, or null without any or at first. */
function delivered(sent, stats) {
  const now = {
    at: performance.now(),
    frames: stats.viewers.reduce((sum, viewer) => sum + viewer.frames_sent, 0),
    viewers: stats.viewers.length,
  };
  const before = sent.get(stats.id);
  sent.set(stats.id, now);
  if (!before || !now.viewers || before.viewers !== now.viewers || now.frames < before.frames) return null;
  return (now.frames - before.frames) / now.viewers / ((now.at - before.at) / 1000);
}

function tile(title, state, label, ...content) {
  return h(
    "section",
    { class: "panel card" },
    h("div", { class: "tile-title" }, h("h2", {}, title), h("span", { class: "state", data: { state } }, label)),
    content,
  );
}

function detectorCard(detector) {
  const { state = "unspecified", cause = "", model = "", notice = "" } = detector ?? {};
  return tile(
    "Detector",
    state,
    DETECTOR[state] ?? state,
    h("p", {}, modelName({ model })),
    h("p", { class: "quiet" }, notice || cause),
  );
}

function storeCard(store) {
  return tile(
    "Store",
    store.state,
    STORE[store.state] ?? store.state,
    h("p", {}, waiting(store)),
    h("p", { class: "quiet" }, store.lost ? `${count(store.lost)} rows were lost. ${store.cause}` : store.cause),
  );
}

function waiting({ state, spooled }) {
  if (!spooled) return "No row waits on disk";
  const rows = `${count(spooled)} ${spooled === 1 ? "row" : "rows"}`;
  return state === "ready" ? `${rows} on the way` : `${rows} on disk until it can be reached`;
}

function viewersCard(cameras) {
  const viewers = cameras.flatMap((camera) => camera.viewers);
  return tile(
    "Viewers",
    "live",
    "Serving",
    h("p", {}, `${count(viewers.length)} ${viewers.length === 1 ? "stream" : "streams"} at this server`),
    h("p", { class: "quiet" }, "Each picture is drawn and encoded once, and not at all while nobody watches."),
  );
}

function cameraPanel(camera, stats, delivery) {
  const live = camera.state === "live";
  const fps = (value) => (live && value !== null ? [rate(value), h("small", {}, " fps")] : NONE);
  const slow = stats.viewers.reduce((sum, viewer) => sum + viewer.frames_skipped, 0);
  const text = trouble(camera);
  return h(
    "section",
    { class: "panel card", data: { camera: camera.id }, "aria-label": `Camera ${camera.id}` },
    h(
      "div",
      { class: "tile-title" },
      h("h2", {}, camera.id),
      h("span", { class: "state", data: { state: camera.state } }, STATES[camera.state] ?? camera.state),
    ),
    text && h("p", { class: "cause" }, text),
    h(
      "div",
      { class: "flow" },
      stop("Source", fps(stats.nominal_fps || null), [
        [`${stats.width} × ${stats.height} ${stats.pixel_format}`],
        [lost(stats.dropped, "lost on the way in"), stats.dropped],
      ]),
      stop("Capture", fps(stats.fps), [
        [lost(stats.skipped, "left out (limit, late, corrupt)")],
        [lost(stats.reconnects, "reconnects")],
      ]),
      stop("Detector", fps(camera.detect_fps), [
        [lost(stats.skipped_by_detector, "never analysed"), live && camera.detect_fps < stats.fps * 0.8],
      ]),
      stop("Delivery", delivery === null ? (stats.viewers.length ? "…" : NONE) : fps(delivery), [
        [`${count(stats.viewers.length)} ${stats.viewers.length === 1 ? "viewer" : "viewers"}`],
        [lost(slow, "left out for slow viewers")],
      ]),
    ),
    latency(camera, stats.stages_ms),
  );
}

function stop(title, value, notes) {
  return h(
    "div",
    { class: "stop" },
    h("h3", {}, title),
    h("div", { class: "rate" }, value),
    h(
      "ul",
      {},
      notes.map(([text, bad]) => h("li", { class: bad ? "lossy" : "" }, text)),
    ),
  );
}

const lost = (number, what) => `${count(number)} ${what}`;

function latency(camera, stages) {
  const total = `Latency ${milliseconds(camera.latency_ms)}`;
  if (!stages) return h("p", { class: "quiet" }, `${total}. By stage: only while somebody watches this camera.`);
  const known = STAGES.map(([key, label], index) => ({ label, index, value: Math.max(0, stages[key] ?? 0) }));
  const bar = h(
    "div",
    { class: "stages", "aria-hidden": "true" },
    known.map(({ index, value }) => {
      const piece = h("i", { class: `stage-${index}` });
      piece.style.flexGrow = value;
      return piece;
    }),
  );
  return h(
    "div",
    {},
    bar,
    h(
      "ul",
      { class: "stage-key", "aria-label": total },
      h("li", {}, h("b", {}, total)),
      known.map(({ label, index, value }) =>
        h("li", { class: `stage-${index}` }, h("i"), `${label} `, h("b", {}, milliseconds(value))),
      ),
    ),
  );
}
