// A line or a zone as SVG, in picture pixels.
import { s } from "../parts/dom.js";

const ARROW = 34; // on the screen, pixels
const HANDLE = 7;
const GRIP = 20; // a finger's worth around a handle

/** Return the SVG of a shape. `look.unit` is how many picture pixels one on the screen has. */
export function drawShape(shape, look) {
  const { width, height, unit, chosen } = look;
  const points = shape.points.map(([x, y]) => [x * width, y * height]);
  const outline = (kind, thick) =>
    s(shape.kind === "line" ? "polyline" : "polygon", {
      class: kind,
      points: points.join(" "),
      "stroke-width": thick * unit,
    });
  const group = s(
    "g",
    { class: `shape ${shape.kind}${chosen ? " chosen" : ""}`, data: { key: shape.key } },
    outline("halo", 6),
    outline("core", 3),
    outline("reach", 22),
  );
  if (look.inward) group.append(...arrow(points, look.inward, unit));
  group.append(label(shape, points, unit));
  if (chosen) group.append(...handles(shape, points, unit));
  return group;
}

function arrow([[ax, ay], [bx, by]], [nx, ny], unit) {
  const [mx, my] = [(ax + bx) / 2, (ay + by) / 2];
  const [tx, ty] = [mx + nx * ARROW * unit, my + ny * ARROW * unit];
  const barb = (side) => {
    const [px, py] = [-ny * side, nx * side];
    return `${tx - (nx - px) * 9 * unit},${ty - (ny - py) * 9 * unit}`;
  };
  const path = `M${mx},${my}L${tx},${ty}M${barb(1)}L${tx},${ty}L${barb(-1)}`;
  return [
    s("path", { class: "arrow-halo", d: path, "stroke-width": 6 * unit }),
    s("path", { class: "arrow", d: path, "stroke-width": 3 * unit }),
    s(
      "text",
      {
        x: tx + nx * 14 * unit,
        y: ty + ny * 14 * unit + 5 * unit,
        "text-anchor": "middle",
        "font-size": 13 * unit,
        "stroke-width": 3 * unit,
      },
      "IN",
    ),
  ];
}

function label(shape, points, unit) {
  const [x, y] =
    shape.kind === "line"
      ? [points[0][0] + 12 * unit, points[0][1] + (points[0][1] < 40 * unit ? 24 : -10) * unit]
      : [Math.min(...points.map((p) => p[0])) + 8 * unit, Math.min(...points.map((p) => p[1])) + 22 * unit];
  return s("text", { x, y, "font-size": 14 * unit, "stroke-width": 3.5 * unit }, shape.title);
}

function handles(shape, points, unit) {
  const corners = points.map((point, index) => handle(shape, index, point, unit));
  if (shape.kind === "line") return corners;
  const middles = points.map(([x, y], index) => {
    const [nx, ny] = points[(index + 1) % points.length];
    return handle(shape, index, [(x + nx) / 2, (y + ny) / 2], unit, true);
  });
  return [...middles, ...corners];
}

function handle(shape, index, [x, y], unit, middle = false) {
  const [fx, fy] = shape.points[index];
  const place = `${Math.round(fx * 100)}% across, ${Math.round(fy * 100)}% down`;
  const what = shape.kind === "line" ? (index ? "end" : "start") : `corner ${index + 1}`;
  return s(
    "g",
    {
      class: middle ? "handle middle" : "handle",
      tabindex: 0,
      role: "button",
      "aria-label": middle
        ? `${shape.title}: add a corner after corner ${index + 1}`
        : `${shape.title}, ${what}: ${place}`,
      data: { key: shape.key, index, ...(middle ? { middle: "" } : {}) },
    },
    s("circle", { class: "grip", cx: x, cy: y, r: (middle ? GRIP * 0.7 : GRIP) * unit }),
    s("circle", { class: "dot", cx: x, cy: y, r: (middle ? HANDLE * 0.75 : HANDLE) * unit, "stroke-width": 2 * unit }),
  );
}
