// The wall: every camera that is in sight, and the totals of all.
import { ask } from "../parts/api.js";
import { Card } from "../parts/card.js";
import { h, setNumber, setText } from "../parts/dom.js";
import { feed, follow, inside, sum } from "../parts/feed.js";
import { count, NONE, time } from "../parts/format.js";
import { notices } from "../parts/notice.js";

const LATEST = 18;

export function mountLive(root, left) {
  const cards = new Map();
  const totals = { in: h("dd"), out: h("dd"), inside: h("dd"), live: h("dd") };
  const wall = h("section", { class: "cameras", "aria-label": "Cameras" });
  const empty = h("div", { class: "empty", hidden: true });
  const latest = h("ol", { id: "latest" });
  const nobody = h("p", { class: "quiet" }, "Nobody has crossed a line yet.");
  const notice = notices();
  root.append(
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, "Live"),
      h(
        "dl",
        { class: "numbers end" },
        number("in", "In", totals.in),
        number("out", "Out", totals.out),
        number("within", "Inside", totals.inside),
        number("", "Live", totals.live),
      ),
    ),
    notice.root,
    empty,
    h(
      "div",
      { class: "wall" },
      wall,
      h(
        "aside",
        { class: "latest card", "aria-label": "Latest crossings" },
        h("h2", {}, "Latest crossings"),
        latest,
        nobody,
      ),
    ),
  );
  const panel = root.querySelector(".wall");
  panel.hidden = !feed.loaded;

  const showCameras = () => {
    if (!feed.loaded) return;
    const known = new Set(feed.cameras.map((camera) => camera.id));
    for (const [id, card] of cards)
      if (!known.has(id)) {
        card.remove();
        cards.delete(id);
      }
    for (const camera of feed.cameras) {
      if (!cards.has(camera.id)) {
        cards.set(camera.id, new Card(camera));
        wall.append(cards.get(camera.id).root);
      }
      cards.get(camera.id).show(camera);
    }
    wall.classList.toggle("single", feed.cameras.length === 1);
    panel.hidden = feed.cameras.length === 0;
    showTotals(totals, feed.cameras);
    notice.show(feed.cameras);
    showEmpty(empty, feed.cameras);
  };
  const showLatest = () => {
    nobody.hidden = feed.crossings.length > 0;
    latest.replaceChildren(...feed.crossings.slice(0, LATEST).map(item));
  };
  follow(left, { change: showCameras, crossings: showLatest });
  left.addEventListener("abort", () => {
    for (const card of cards.values()) card.remove();
  });
  showCameras();
  showLatest();
}

function number(kind, label, value) {
  value.textContent = NONE;
  return h("div", { class: kind }, h("dt", {}, label), value);
}

function showTotals(totals, cameras) {
  const lines = cameras.flatMap((camera) => camera.lines);
  setNumber(totals.in, count(sum(lines, "in")));
  setNumber(totals.out, count(sum(lines, "out")));
  setText(totals.inside, count(cameras.reduce((people, camera) => people + inside(camera.lines), 0)));
  setText(totals.live, `${cameras.filter((camera) => camera.state === "live").length} / ${cameras.length}`);
}

async function showEmpty(note, cameras) {
  note.hidden = cameras.length > 0;
  if (cameras.length || note.dataset.asking) return;
  note.dataset.asking = "yes";
  const waiting = await ask("/readyz").then(
    () => "",
    (error) => error.message,
  );
  delete note.dataset.asking;
  const text = waiting ? `Not ready yet: ${waiting}` : "There is no camera yet.";
  if (note.firstElementChild?.textContent === text) return;
  note.replaceChildren(
    h("p", {}, text),
    waiting ? "" : h("a", { class: "button primary", href: "#/cameras" }, "Add a camera"),
  );
}

function item(crossing) {
  const way = crossing.direction === "in" ? "In" : "Out";
  return h(
    "li",
    { class: crossing.corrects ? "taken-back" : "" },
    h("span", { class: `way ${crossing.direction}` }, way),
    h("span", { class: "where" }, `${crossing.camera} · ${feed.title(crossing.camera, crossing.line)}`),
    h("time", { datetime: crossing.time }, time(crossing.time)),
  );
}
