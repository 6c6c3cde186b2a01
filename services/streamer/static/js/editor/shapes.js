// Lines and zones while they are edited. Points are fractions of the picture: [x, y] from 0 to 1.

const DEFAULT_ANCHOR = { line: "centre", zone: "feet" };
const NUDGE_LIMIT = 0.002; // ends of a line that are closer are the same

/** Return the shapes of a camera's configuration. */
export function fromConfig(camera) {
  const lines = Object.entries(camera.lines).map(([name, line]) => shape("line", name, line, [line.from, line.to]));
  const zones = Object.entries(camera.zones).map(([name, zone]) => shape("zone", name, zone, zone.polygon));
  return [...lines, ...zones];
}

/** Return lines and zones as the configuration has them. */
export function toConfig(shapes) {
  const part = (kind, place) =>
    Object.fromEntries(
      shapes
        .filter((one) => one.kind === kind)
        .map((one) => {
          const about = one.anchor === DEFAULT_ANCHOR[kind] ? {} : { anchor: one.anchor };
          if (one.title && one.title !== one.name) about.title = one.title;
          return [one.name, { ...place(one), ...about }];
        }),
    );
  return {
    lines: part("line", ({ points: [from, to] }) => ({ from, to })),
    zones: part("zone", ({ points }) => ({ polygon: points })),
  };
}

function shape(kind, name, about, points) {
  return { key: `${kind} ${name}`, kind, name, title: about.title || name, anchor: about.anchor, points };
}

/** Return a new shape with a name that none of `shapes` has. */
export function newShape(kind, points, shapes) {
  let number = 1;
  const taken = new Set(
    shapes.filter((one) => one.kind === kind).flatMap((one) => [one.name, one.title.toLowerCase()]),
  );
  while (taken.has(`${kind}-${number}`) || taken.has(`${kind} ${number}`)) number += 1;
  const name = `${kind}-${number}`;
  const title = `${kind === "line" ? "Line" : "Zone"} ${number}`;
  return { key: `${kind} ${name} ${Date.now()}`, kind, name, title, anchor: DEFAULT_ANCHOR[kind], points, fresh: true };
}

/** Return a name for the configuration made from what people call a new shape. */
export function nameFrom(title, kind, shapes) {
  const base =
    title
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[^A-Za-z0-9_-]+/g, "-")
      .replace(/^[-_]+|-+$/g, "")
      .toLowerCase()
      .slice(0, 56) || kind;
  const taken = new Set(shapes.filter((one) => one.kind === kind).map((one) => one.name));
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
  return name;
}

/** Return a point inside the picture, as exact as is of use. */
export const clamp = ([x, y]) => [x, y].map((value) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4);

/** Return points moved together, as far as the picture goes. */
export function moved(points, dx, dy) {
  const room = (index, by) =>
    Math.max(-Math.min(...points.map((p) => p[index])), Math.min(1 - Math.max(...points.map((p) => p[index])), by));
  const [right, down] = [room(0, dx), room(1, dy)];
  return points.map(([x, y]) => clamp([x + right, y + down]));
}

/** Return what keeps a shape from being counted with, or "". */
export function flaw({ kind, title, points }, shapes) {
  const twin = shapes.filter(
    (one) => one.kind === kind && one.title.trim().toLowerCase() === title.trim().toLowerCase(),
  );
  if (!title.trim()) return `A ${kind} has no name.`;
  if (twin.length > 1) return `Two ${kind}s are called ${title}; give one of them another name.`;
  if (kind === "line" && Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]) < NUDGE_LIMIT) {
    return `The line ${title} has no length; pull its ends apart.`;
  }
  if (kind === "zone" && new Set(points.map(String)).size < 3) return `The zone ${title} needs at least three corners.`;
  return "";
}

/** Return the unit vector, in pixels, to the side of A→B that is IN: its right as seen on the screen. */
export function inward([[ax, ay], [bx, by]], width, height) {
  const [dx, dy] = [(bx - ax) * width, (by - ay) * height];
  const length = Math.hypot(dx, dy) || 1;
  return [-dy / length, dx / length];
}
