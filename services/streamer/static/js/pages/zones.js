// The part of History that is about zones: how many were inside, how many came, and how long they stayed.
import { ask } from "../parts/api.js";
import { setOptions, setText } from "../parts/dom.js";
import { feed } from "../parts/feed.js";
import { ZONE } from "../parts/format.js";
import { rangeQuery } from "../parts/ranges.js";
import { ZoneView } from "../parts/zone_view.js";

const REFRESH_MS = 30_000;

/** One zone at a time; hidden where there is none. */
export class ZonePanel {
  constructor() {
    this.view = new ZoneView();
    this.view.select.addEventListener("change", () => this.load());
    this.root = this.view.root;
    this.asked = null;
    this.due = 0;
  }

  /** Show what was chosen: {range, camera, compare} and the range itself. */
  show(chosen, range) {
    Object.assign(this, { chosen, range });
    this.load();
  }

  /** Follow the cameras' zones; ask again now and then while today is shown. */
  refresh() {
    const before = this.view.select.value;
    const zone = this.choose();
    if (this.root.hidden !== !zone || this.view.select.value !== before) this.load();
    else if (zone && this.chosen.range === "day" && Date.now() > this.due) this.load();
  }

  close() {
    this.asked?.abort();
    for (const chart of this.view.charts) chart.sizes.disconnect();
  }

  /** Offer the zones of the chosen cameras; return the one that is shown. */
  choose() {
    const all = feed.cameras.flatMap(({ id, zones }) => zones.map(({ name, title }) => ({ camera: id, name, title })));
    const zones = all.filter(({ camera }) => !this.chosen.camera || camera === this.chosen.camera);
    const key = ({ camera, name }) => `${camera}/${name}`;
    const zone = zones.find((one) => key(one) === this.view.select.value) ?? zones[0];
    const cameras = new Set(zones.map(({ camera }) => camera));
    const label = ({ camera, title }) => (cameras.size > 1 ? `${camera} · ${title}` : title);
    setOptions(
      this.view.select,
      zones.map((one) => [key(one), label(one)]),
      zone ? key(zone) : "",
    );
    return zone;
  }

  async load() {
    this.asked?.abort();
    const zone = this.choose();
    this.root.hidden = !zone;
    if (!zone) return;
    this.asked = new AbortController();
    this.due = Date.now() + REFRESH_MS;
    const { range, chosen } = this;
    const { signal } = this.asked;
    const query = (dates) =>
      new URLSearchParams({ camera: zone.camera, zone: zone.name, ...dates, bucket: range.bucket, timezone: ZONE });
    this.view.showChoice(query(rangeQuery(range)), range, chosen.compare);
    try {
      const [now, before] = await Promise.all([
        this.ask(query(rangeQuery(range)), signal),
        chosen.compare ? this.ask(query(rangeQuery(range, { before: true })), signal) : null,
      ]);
      setText(this.view.error, "");
      this.view.show(range, now, before);
    } catch (error) {
      if (error.name !== "AbortError") setText(this.view.error, error.message);
    }
  }

  /** Return what is known of a zone; over a long time, visits alone: the rest would take too long to add up. */
  async ask(query, signal) {
    const paths = this.range.coarse ? ["counts"] : ["counts", "occupancy", "dwell"];
    const answers = await Promise.all(paths.map((path) => ask(`/api/${path}?${query}`, { signal })));
    const [visits, inside = null, stays = null] = answers.map(({ series }) => series[0]);
    return { starts: answers[0].buckets, visits, inside, stays };
  }
}
