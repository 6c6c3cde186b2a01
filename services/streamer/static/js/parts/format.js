// Numbers and times as the reader writes them.
const whole = new Intl.NumberFormat();
const tenth = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const rough = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 0,
  signDisplay: "exceptZero",
});
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });

const inUnits = (name) => new Intl.NumberFormat(undefined, { style: "unit", unit: name, unitDisplay: "narrow" });
const [hours, minutes, seconds] = ["hour", "minute", "second"].map(inUnits);

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const NONE = "–";

export const count = (value) => whole.format(value);
export const rate = (value) => tenth.format(value);
/** Return a number with a decimal only where it has one. */
export const about = (value) => rough.format(value);
export const change = (ratio) => share.format(ratio);
export const time = (moment) => clock.format(new Date(moment));
export const date = (moment) => day.format(new Date(moment));
export const isToday = (moment) => new Date(moment).toDateString() === new Date().toDateString();
/** Return a time of today alone, with its day otherwise. */
export const when = (moment) => (isToday(moment) ? time(moment) : `${date(moment)}, ${time(moment)}`);

/** Return the name of a model that may be a path. */
export const modelName = ({ model }) => model.split("/").filter(Boolean).at(-1) ?? NONE;

/** Return an age or a delay: `29 ms`, `1.4 s`. */
export function milliseconds(value) {
  if (value === null || value === undefined) return NONE;
  return value < 1000 ? `${whole.format(Math.round(value))} ms` : `${tenth.format(value / 1000)} s`;
}

/** Return a length of time as people say it: `8.4s`, `1m 20s`, `2h 5m`. */
export function duration(value) {
  if (value < 9.95) return seconds.format(Math.round(value * 10) / 10);
  const whole = Math.round(value);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const parts = h ? [hours.format(h), m && minutes.format(m)] : [m && minutes.format(m), s && seconds.format(s)];
  return parts.filter(Boolean).join(" ");
}

/** Return a formatter of Intl.DateTimeFormat with the given options. */
export function timeFormat(options) {
  const format = new Intl.DateTimeFormat(undefined, options);
  return (moment) => format.format(new Date(moment));
}
