// The dashboard: its pages, and what is on every one of them.
import { h, setText } from "./parts/dom.js";
import { feed } from "./parts/feed.js";
import { icon } from "./parts/icons.js";
import { offerThemes } from "./parts/theme.js";
import { route } from "./router.js";
import { mountCamera } from "./pages/camera.js";
import { mountCameras } from "./pages/cameras.js";
import { mountEditor } from "./pages/editor.js";
import { mountEvents } from "./pages/events.js";
import { mountHistory } from "./pages/history.js";
import { mountLive } from "./pages/live.js";
import { mountSystem } from "./pages/system.js";

const PAGES = [
  { id: "live", title: "Live", address: "#/", mount: mountLive },
  { id: "history", title: "History", address: "#/history", mount: mountHistory },
  { id: "events", title: "Events", address: "#/events", mount: mountEvents },
  { id: "system", title: "System", address: "#/system", mount: mountSystem },
  { id: "cameras", title: "Cameras", address: "#/cameras", mount: mountCameras },
];

const links = new Map(PAGES.map(({ id, title, address }) => [id, h("a", { href: address }, icon(id, 22), title)]));

function find([first, camera, what]) {
  if (first === "camera" && camera) {
    const mount = what === "edit" ? mountEditor : mountCamera;
    return { title: camera, nav: "live", mount: (root, left) => mount(root, left, camera) };
  }
  const page = PAGES.find(({ id }) => id === first) ?? PAGES[0];
  return { title: page.title, nav: page.id, mount: page.mount };
}

function showLink() {
  const link = document.getElementById("link");
  const open = feed.reachable && feed.connected;
  link.dataset.state = open ? "open" : feed.reachable ? "waiting" : "lost";
  setText(link, open ? "Connected" : feed.reachable ? "Connecting" : "No answer");
  document.getElementById("page").classList.toggle("stale", !feed.reachable);
}

document.getElementById("nav").append(...[...links.values()].map((link) => h("li", {}, link)));
offerThemes(document.getElementById("theme"));
feed.addEventListener("change", showLink);
route(document.getElementById("page"), find, (nav) => {
  for (const [id, link] of links) {
    if (id === nav) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
});
feed.start();
