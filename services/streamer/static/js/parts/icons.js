// Icons of 24 by 24, drawn with strokes.
import { s } from "./dom.js";

const PATHS = {
  live: "M3 5h18v11H3zM8 20h8M12 16v4",
  history: "M4 20h16M6.5 16v-5M11 16V6M15.5 16v-8M20 16v-3",
  events: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  system: "M3 12h4l3-8 4 16 3-8h4",
  cameras: "M3 7h12v10H3zM15 11l6-3.5v9L15 13",
  pencil: "M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19zM14 6.5l3.5 3.5",
  expand: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  plus: "M12 5v14M5 12h14",
  flip: "M7 4v14M7 18l-3-3M7 18l3-3M17 20V6M17 6l-3 3M17 6l3 3",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5",
  undo: "M4 9h10a5.5 5.5 0 0 1 0 11h-3M4 9l4.5-4.5M4 9l4.5 4.5",
  redo: "M20 9H10a5.5 5.5 0 0 0 0 11h3M20 9l-4.5-4.5M20 9l-4.5 4.5",
  back: "M19 12H5M5 12l6-6M5 12l6 6",
  download: "M12 4v11M12 15l-4.5-4.5M12 15l4.5-4.5M4 20h16",
  refresh: "M20 11a8 8 0 0 0-14.5-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14.5 4L20 15M20 20v-5h-5",
  close: "M6 6l12 12M18 6L6 18",
  warn: "M12 4L2.5 20h19zM12 10v5M12 17.5v.01",
  person: "M12 4a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M5 20.5c.5-4 3-6.5 7-6.5s6.5 2.5 7 6.5",
  line: "M6 20L18 4M12 12l5 4M17 16l-.5-3.5M17 16l-3.5.5",
  zone: "M5 8l7-4 8 5-3 10H7z",
  auto: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  light:
    "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5",
  dark: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
};

/** Return an icon; it says nothing to screen readers. */
export function icon(name, size = 20) {
  return s(
    "svg",
    {
      viewBox: "0 0 24 24",
      width: size,
      height: size,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.8,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
    },
    s("path", { d: PATHS[name] }),
  );
}
