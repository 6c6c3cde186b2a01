// The spans of time that History shows, in the reader's own days.
import { timeFormat } from "./format.js";

const hour = timeFormat({ hour: "2-digit", minute: "2-digit" });
const dayShort = timeFormat({ weekday: "short", day: "numeric" });
const dayLong = timeFormat({ weekday: "short", day: "numeric", month: "short" });
const monthShort = timeFormat({ month: "short" });
const monthLong = timeFormat({ month: "long", year: "numeric" });

/** Return a local date as YYYY-MM-DD. */
const iso = (date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
const daysFrom = (days, date = new Date()) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
const monthsFrom = (months) => new Date(new Date().getFullYear(), new Date().getMonth() + months, 1);
const untilOf = (starts, index, span) => starts[index + 1] ?? new Date(Date.parse(starts[index]) + span).toISOString();

const MINUTES = 60_000;
const HOURS = 60 * MINUTES;

export const RANGES = {
  day: {
    label: "Today",
    bucket: "5m",
    compared: "Last week",
    steps: [12, 24, 36, 48, 72, 96],
    dates: () => [daysFrom(0), daysFrom(1)],
    before: () => [daysFrom(-7), daysFrom(-6)],
    tick: hour,
    span: (starts, index) => `${hour(starts[index])} – ${hour(untilOf(starts, index, 5 * MINUTES))}`,
  },
  week: {
    label: "7 days",
    bucket: "1h",
    compared: "The week before",
    steps: [24, 48],
    dates: () => [daysFrom(-6), daysFrom(1)],
    before: () => [daysFrom(-13), daysFrom(-6)],
    tick: dayShort,
    span: (starts, index) =>
      `${dayLong(starts[index])}, ${hour(starts[index])} – ${hour(untilOf(starts, index, HOURS))}`,
  },
  month: {
    label: "4 weeks",
    bucket: "1d",
    compared: "The 4 weeks before",
    steps: [1, 2, 4, 7],
    dates: () => [daysFrom(-27), daysFrom(1)],
    before: () => [daysFrom(-55), daysFrom(-27)],
    tick: dayShort,
    span: (starts, index) => dayLong(starts[index]),
  },
  year: {
    label: "12 months",
    bucket: "1mo",
    coarse: true,
    compared: "The year before",
    steps: [1, 2, 3],
    dates: () => [monthsFrom(-11), monthsFrom(1)],
    before: () => [monthsFrom(-23), monthsFrom(-11)],
    tick: monthShort,
    span: (starts, index) => monthLong(starts[index]),
  },
};

/** Return the query of a range, now or the one before it. */
export function rangeQuery(range, { before = false } = {}) {
  const [from, to] = before ? range.before() : range.dates();
  return { from: iso(from), to: iso(to) };
}

/** Return how much of a range has passed, from 0 to 1; null when it is over. */
export function passed(range) {
  const [from, to] = range.dates().map(Number);
  const share = (Date.now() - from) / (to - from);
  return share > 0 && share < 1 ? share : null;
}
