// Who crossed, as it happens, with the picture of the moment.
import { ask } from "../parts/api.js";
import { h, setText } from "../parts/dom.js";
import { feed, follow, STATES } from "../parts/feed.js";
import { date, isToday, time } from "../parts/format.js";
import { icon } from "../parts/icons.js";
import { Moments } from "../parts/moments.js";

const MOST = 200;
const EARLIER = 50;
const THUMBNAIL = [264, 152];
const PATIENCE_MS = 400; // the picture of a crossing may come a little after the word of it

export function mountEvents(root, left) {
  const moments = new Moments(left);
  const list = h("ol", { class: "events card", "aria-label": "Events, newest first" });
  const error = h("p", { class: "error", role: "alert" });
  const empty = h(
    "p",
    { class: "empty", hidden: true },
    "Nothing has happened yet. Crossings appear here as they happen.",
  );
  const known = new Map();
  root.append(
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, "Events"),
      h("p", { class: "quiet end" }, "Pictures of crossings are kept by this page alone, while it is open."),
    ),
    error,
    empty,
    list,
  );
  list.hidden = true;

  const put = (element, first) => {
    if (first) list.prepend(element);
    else list.append(element);
    while (list.children.length > MOST) list.lastElementChild.remove();
    list.hidden = false;
    empty.hidden = true;
  };
  const add = (crossing, fresh) => {
    if (known.has(crossing.id)) return;
    if (crossing.corrects) known.get(crossing.corrects)?.classList.add("taken-back");
    const element = crossingItem(crossing, fresh);
    known.set(crossing.id, element);
    put(element, fresh);
    if (fresh) showMoment(moments, crossing, element.querySelector(".moment"));
  };
  const watch = () =>
    moments.watch(feed.cameras.filter((camera) => camera.state === "live").map((camera) => camera.id));
  const states = new Map(feed.cameras.map((camera) => [camera.id, camera.state]));
  follow(left, {
    change: watch,
    crossing: (crossing) => add(crossing, true),
    state: (state) => {
      if (states.has(state.camera) && states.get(state.camera) !== state.state) put(stateItem(state), true);
      states.set(state.camera, state.state);
    },
  });
  watch();
  ask(`/api/crossings?order=desc&limit=${EARLIER}`, { signal: left }).then(
    ({ crossings }) => {
      for (const crossing of crossings) add(crossing, false);
      empty.hidden = list.children.length > 0;
    },
    (refused) => {
      if (!left.aborted) {
        setText(error, `Earlier events cannot be shown: ${refused.message}`);
        for (const crossing of feed.crossings) add(crossing, false);
      }
    },
  );
}

async function showMoment(moments, crossing, place) {
  const canvas = h("canvas", {
    width: THUMBNAIL[0],
    height: THUMBNAIL[1],
    role: "img",
    "aria-label": "Picture of the moment",
  });
  for (const patience of [0, PATIENCE_MS]) {
    await new Promise((resolve) => setTimeout(resolve, patience));
    if (await moments.draw(crossing, canvas)) {
      place.replaceChildren(canvas);
      return;
    }
  }
}

function crossingItem(crossing, fresh) {
  const way = crossing.direction === "in" ? "In" : "Out";
  const about = [
    crossing.label,
    `track ${crossing.track}`,
    crossing.late && "found afterwards",
    crossing.corrects && "takes an earlier one back",
  ];
  return h(
    "li",
    {
      class: `event ${fresh ? "fresh" : "earlier"}${crossing.corrects ? " taken-back" : ""}`,
      data: { id: crossing.id },
    },
    h("div", { class: "moment" }, fresh && icon("person", 28)),
    h("span", { class: `way ${crossing.direction}` }, way),
    h(
      "div",
      {},
      h("div", { class: "where" }, `${crossing.camera} · ${feed.title(crossing.camera, crossing.line)}`),
      h("div", { class: "about" }, about.filter(Boolean).join(" · ")),
    ),
    timeOf(crossing.time),
  );
}

function stateItem({ camera, state, cause, since }) {
  return h(
    "li",
    { class: "event state-change" },
    h("div", { class: "moment" }, icon("cameras", 22)),
    h(
      "div",
      {},
      h(
        "div",
        { class: "where" },
        `${camera} `,
        h("span", { class: "state", data: { state } }, STATES[state] ?? "Removed"),
      ),
      h("div", { class: "about" }, cause),
    ),
    timeOf(since ?? new Date().toISOString()),
  );
}

function timeOf(moment) {
  return h("time", { datetime: moment }, time(moment), !isToday(moment) && h("small", {}, date(moment)));
}
