// One page at a time, named by what stands behind the # of the address.

let current = null;
let shown = "";

/** Return the parts of the address: `#/camera/door/edit` gives ["camera", "door", "edit"]. */
function parts() {
  return location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
}

/**
 * Show the page of the address, and of every later one.
 * @param {HTMLElement} root
 * @param {(parts: string[]) => {title: string, nav: string, mount: Function}} find
 * @param {(nav: string) => void} changed
 */
export function route(root, find, changed) {
  const go = async () => {
    if (location.hash === shown && current) return;
    if (location.hash === `#${root.id}`) {
      history.replaceState(null, "", shown || "#/");
      root.focus();
      return;
    }
    if (current?.mayLeave && !(await mayLeave())) {
      history.replaceState(null, "", shown);
      return;
    }
    const first = current === null;
    current?.left.abort();
    const page = find(parts());
    const left = new AbortController();
    shown = location.hash;
    current = { left };
    document.title = page.title === "Live" ? "Turnstile" : `${page.title} · Turnstile`;
    root.replaceChildren();
    changed(page.nav);
    Object.assign(current, page.mount(root, left.signal) ?? {});
    if (first) return;
    scrollTo(0, 0);
    const heading = root.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", go);
  addEventListener("beforeunload", (event) => {
    if (current?.dirty?.()) event.preventDefault();
  });
  go();
}

async function mayLeave() {
  const wanted = location.hash;
  const page = current;
  history.replaceState(null, "", shown);
  const agreed = await page.mayLeave();
  if (agreed && page === current) history.replaceState(null, "", wanted);
  return agreed;
}
