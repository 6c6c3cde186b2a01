// From values to pixels, and back to words.

const ROUND = [1, 2, 5];

/** Return a round step, a whole number, of which about `wanted` make `most`. */
export function stepFor(most, wanted) {
  const rough = Math.max(1, most / wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  return [...ROUND, 10].map((factor) => factor * power).find((value) => value >= rough);
}

const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800];

/** Return a step of seconds that people count in, of which about `wanted` make `most`. */
export function stepOfTime(most, wanted) {
  return SPANS.find((span) => span >= most / wanted) ?? stepFor(most / 86400, wanted) * 86400;
}

/** Return the multiples of `step` from 0 up to at least `most`. */
export function ticks(most, step) {
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, index) => index * step);
}

/** Return every how many of `count` labels of `width` pixels fit into `room`, out of the allowed steps. */
export function every(count, room, width, steps) {
  return steps.find((step) => (count / step) * width <= room) ?? steps.at(-1);
}
