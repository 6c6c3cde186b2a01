// The dashboard: cameras and totals from /api/cameras, told by /api/events when to look, pictures from /stream.

const POLL_MS = 2000;
const SNAPSHOT_MS = 1000;
const RETRY_MS = 1500;
// A browser opens six connections to a host: one is for events, one for everything that is asked now and then.
const MAX_STREAMS = 4;
const MAX_ACTIVITY = 30;

const STATES = {
  connecting: "Connecting", live: "Live", stalled: "No pictures", offline: "Offline", ended: "Ended", waiting: "Waiting",
};

const byId = (id) => document.getElementById(id);
const cards = new Map();

// --- pictures: a stream for the first few cameras in sight, snapshots for the others, nothing for those out of sight

class Picture {
  constructor(image, camera) {
    this.image = image;
    this.camera = camera;
    this.mode = "none";
    this.timer = 0;
    image.addEventListener("load", () => this.later(SNAPSHOT_MS, "snapshot"));
    image.addEventListener("error", () => this.later(RETRY_MS, this.mode));
  }

  show(mode) {
    if (mode === this.mode) return;
    this.mode = mode;
    this.load();
  }

  load() {
    clearTimeout(this.timer);
    const name = encodeURIComponent(this.camera);
    const fresh = Date.now();
    if (this.mode === "stream") this.image.src = `/stream/${name}?_=${fresh}`;
    else if (this.mode === "snapshot") this.image.src = `/snapshot/${name}.jpg?_=${fresh}`;
    else this.image.src = "";
  }

  later(milliseconds, mode) {
    if (mode !== this.mode || mode === "none") return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), milliseconds);
  }
}

function arrangePictures() {
  let streams = 0;
  for (const card of cards.values()) {
    if (document.hidden || !card.inSight) card.picture.show("none");
    else card.picture.show(streams++ < MAX_STREAMS ? "stream" : "snapshot");
  }
}

const sight = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const card = cards.get(entry.target.dataset.camera);
    if (card) card.inSight = entry.isIntersecting;
  }
  arrangePictures();
}, { rootMargin: "100px" });

document.addEventListener("visibilitychange", () => {
  arrangePictures();
  if (!document.hidden) refresh();
});
// A page that is left is not always hidden first.
addEventListener("pagehide", () => { for (const card of cards.values()) card.picture.show("none"); });
addEventListener("pageshow", arrangePictures);

// --- cameras

function addCard(camera) {
  const root = byId("camera").content.firstElementChild.cloneNode(true);
  root.dataset.camera = camera.id;
  const part = (name) => root.querySelector(`.${name}`);
  part("name").textContent = camera.id;
  part("picture").alt = `Live picture of ${camera.id}`;
  byId("cameras").append(root);
  const card = { root, part, picture: new Picture(part("picture"), camera.id), inSight: false };
  cards.set(camera.id, card);
  sight.observe(root);
  return card;
}

function removeCard(id) {
  const card = cards.get(id);
  card.picture.show("none");
  sight.unobserve(card.root);
  card.root.remove();
  cards.delete(id);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function setNumber(element, value) {
  const before = element.textContent;
  setText(element, value.toLocaleString("en"));
  if (before && before !== "–" && before !== element.textContent) {
    element.classList.remove("changed");
    void element.offsetWidth; // starts the animation again
    element.classList.add("changed");
  }
}

function showCamera(card, camera) {
  const { root, part } = card;
  const live = camera.state === "live";
  root.dataset.state = camera.state;
  setText(part("state"), STATES[camera.state] ?? camera.state);
  setText(part("age"), live && camera.age_ms !== null ? `picture ${age(camera.age_ms)} old` : sinceText(camera));
  if (camera.width && camera.height) part("view").style.aspectRatio = `${camera.width} / ${camera.height}`;
  showCause(part("cause"), camera);
  showLines(part("lines"), camera.lines);
  showZones(part("zones"), camera.zones);
  setText(part("capture"), live ? `${camera.capture_fps.toFixed(1)} fps` : "–");
  setText(part("detect"), live ? `${camera.detect_fps.toFixed(1)} fps` : "–");
  setText(part("latency"), camera.latency_ms === null ? "–" : `${Math.round(camera.latency_ms)} ms`);
  setText(part("size"), camera.width ? `${camera.width} × ${camera.height}` : "–");
  setText(part("viewers"), String(camera.viewers));
  setText(part("source"), camera.source);
}

function showCause(element, camera) {
  let text = camera.cause;
  const detector = camera.detector;
  if (!text && detector.state === "loading") text = "The detector is loading: pictures without counting for now.";
  if (!text && detector.state === "failed") text = `The detector failed, nothing is counted: ${detector.cause}`;
  element.hidden = !text;
  setText(element, text);
}

function showLines(list, lines) {
  const names = lines.map((line) => line.name).join("\n");
  if (list.dataset.names !== names) {
    list.dataset.names = names;
    list.replaceChildren(...lines.map((line) => {
      const row = byId("line").content.firstElementChild.cloneNode(true);
      row.dataset.line = line.name;
      row.querySelector(".line-name").textContent = line.name;
      return row;
    }));
  }
  lines.forEach((line, index) => {
    setNumber(list.children[index].querySelector(".in .number"), line.in);
    setNumber(list.children[index].querySelector(".out .number"), line.out);
  });
}

function showZones(list, zones) {
  const text = JSON.stringify(zones);
  if (list.dataset.shown === text) return;
  list.dataset.shown = text;
  list.replaceChildren(...zones.map((zone) => {
    const item = document.createElement("li");
    const count = document.createElement("b");
    count.textContent = zone.occupancy;
    item.append(`${zone.name} `, count);
    return item;
  }));
}

function age(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

function sinceText(camera) {
  return `since ${new Date(camera.since).toLocaleTimeString([], { hour12: false })}`;
}

function showCameras(cameras) {
  const ids = new Set(cameras.map((camera) => camera.id));
  for (const id of [...cards.keys()]) if (!ids.has(id)) removeCard(id);
  for (const camera of cameras) showCamera(cards.get(camera.id) ?? addCard(camera), camera);
  byId("cameras").classList.toggle("single", cameras.length === 1);
  const lines = cameras.flatMap((camera) => camera.lines);
  setNumber(byId("all-in"), lines.reduce((sum, line) => sum + line.in, 0));
  setNumber(byId("all-out"), lines.reduce((sum, line) => sum + line.out, 0));
  const live = cameras.filter((camera) => camera.state === "live").length;
  setText(byId("all-live"), `${live} of ${cameras.length}`);
  arrangePictures();
}

async function showEmpty(cameras) {
  const note = byId("empty");
  note.hidden = cameras.length > 0;
  if (cameras.length) return;
  const readiness = await (await fetch("/readyz")).json();
  setText(note, readiness.detail
    ? `Not ready yet: ${readiness.detail}.`
    : "There is no camera yet. Start one with make run SOURCE=… or name it in the configuration file.");
}

// --- what is asked for, and what is told

let asking = false;
let askAgain = false;
let reachable = true;

async function refresh() {
  if (asking) { askAgain = true; return; }
  asking = true;
  try {
    const answer = await fetch("/api/cameras", { cache: "no-store" });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const cameras = await answer.json();
    showCameras(cameras);
    await showEmpty(cameras);
    setReachable(true);
  } catch {
    setReachable(false);
  } finally {
    asking = false;
    if (askAgain) { askAgain = false; refresh(); }
  }
}

function setReachable(now) {
  byId("cameras").classList.toggle("stale", !now);
  reachable = now;
  showLink();
}

let events;
let wasOpen = false;

function showLink() {
  const open = reachable && events?.readyState === EventSource.OPEN;
  const link = byId("link");
  link.dataset.state = open ? "open" : reachable ? "waiting" : "lost";
  setText(link, open ? "Connected" : reachable ? "Connecting" : "The server does not answer");
}

function listen() {
  events = new EventSource("/api/events");
  events.addEventListener("open", () => {
    // A browser does not say when a stream ended: if this connection was lost, the others were too.
    if (wasOpen) for (const card of cards.values()) card.picture.load();
    wasOpen = true;
    showLink();
    refresh();
  });
  events.addEventListener("error", () => {
    showLink();
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
  });
  events.addEventListener("state", refresh);
  events.addEventListener("crossing", (event) => {
    addActivity(JSON.parse(event.data));
    refresh();
  });
}

function addActivity(crossing) {
  byId("quiet").hidden = true;
  const item = document.createElement("li");
  const way = document.createElement("span");
  way.className = `way ${crossing.direction}`;
  way.textContent = crossing.direction === "in" ? "In" : "Out";
  const where = document.createElement("span");
  where.className = "where";
  where.textContent = `${crossing.camera} · ${crossing.line}`;
  const when = document.createElement("time");
  when.dateTime = crossing.time;
  when.textContent = new Date(crossing.time).toLocaleTimeString([], { hour12: false });
  item.append(way, where, when);
  const list = byId("activity");
  list.prepend(item);
  while (list.children.length > MAX_ACTIVITY) list.lastElementChild.remove();
}

listen();
refresh();
setInterval(() => { if (!document.hidden) refresh(); }, POLL_MS);
