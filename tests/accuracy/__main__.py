"""Count the same clips with Turnstile and with the counters that people use; print a table, write docs/accuracy.*."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("YOLO_VERBOSE", "false")
os.environ.setdefault("YOLO_OFFLINE", "true")

import cv2

from services.inference.detector.catalogue import BUILT_IN
from services.inference.evaluate.alignment import find_offset
from services.inference.evaluate.tracking import Boxes, TrackingScore, score
from services.inference.evaluate.truth import Truth, read_truth
from tests.accuracy import table
from tests.accuracy.chart import draw
from tests.accuracy.clips import DEMO, PETS, Clip, demo_clip, pets_clips
from tests.accuracy.counters import OTHERS, count_with, ours, stock_tracks
from tests.conftest import ROOT

STOCK = "ByteTrack as Ultralytics ships it"
PACKAGES = ("ultralytics-opencv-headless", "supervision", "openvino")


def main() -> int:
    """Compare; return the exit status."""
    options = _options()
    cv2.setNumThreads(1)
    logging.getLogger("ultralytics").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="turnstile-accuracy-") as folder:
        rows = [_measure(clip) for clip in _clips(Path(folder), options.only, options.frames)]
    if not rows:
        print("make accuracy has no clip: the PETS half is not beside this checkout", file=sys.stderr)
        return 2
    print(table.text(rows))
    options.out.mkdir(parents=True, exist_ok=True)
    details = {"packages": _packages(), "clips": table.as_json(rows)}
    (options.out / "accuracy.json").write_text(json.dumps(details, indent=2, ensure_ascii=False) + "\n")
    (options.out / "accuracy.md").write_text(_page(rows))
    draw(rows, options.out / "accuracy.png")
    _say(f"written: {options.out}/accuracy.md, .json and .png")
    return 0


def _clips(folder: Path, only: str | None, frames: int | None) -> Iterator[Clip]:
    if only in (None, "pets"):
        if PETS.exists():
            yield from pets_clips(folder)
        else:
            _say("left out: the PETS half, which is not beside this checkout")
    if only in (None, "demo"):
        if BUILT_IN.is_dir():
            yield from (demo_clip(case, folder, frames) for case in DEMO)
        else:
            _say("left out: the demo scenes, for which the built-in model is not there")


def _measure(clip: Clip) -> table.Row:
    begun = time.monotonic()
    counted, boxes = ours(clip)
    stock = stock_tracks(clip)
    counts = {table.OURS: counted, **{name: count_with(make, clip, stock) for name, make in OTHERS.items()}}
    tracking: dict[str, TrackingScore] = {}
    if clip.truth is not None:
        truth = read_truth(clip.truth)
        tracking = {table.OURS: _follow(truth, boxes), STOCK: _follow(truth, [frame.boxes() for frame in stock])}
    row = table.Row(clip.name, clip.group, clip.true, counts, tracking)
    errors = ", ".join(f"{name} {row.errors(name)}" for name in counts)
    _say(f"{clip.group}: {clip.name}: {clip.true.total()} true; errors: {errors} ({time.monotonic() - begun:.0f} s)")
    return row


def _follow(truth: Truth, tracked: Sequence[Boxes]) -> TrackingScore:
    def at(frame: int) -> Boxes:
        return tracked[frame - 1]

    frames = len(tracked)
    offset = find_offset(truth.boxes, at, frames)
    numbers = range(max(1, 1 + offset), min(frames, frames + offset) + 1)
    return score([truth.boxes(number - offset) for number in numbers], [at(number) for number in numbers])


NOTES = {
    "PETS 2009": """\
- **PETS 2009** S2.L1, view 1, first half (397 frames, 480x360, 10/s), seven lines, YOLO26n INT8: real people, some
  crossing behind a lamp post. The true crossings follow from the published boxes with a dead band of 4 pixels.""",
    "demo scenes": """\
- **Demo scenes** (960x540), five lines, the built-in detector: drawn people whose every crossing is known, in
  other seeds than the detector was trained on.""",
}


def _page(rows: Sequence[table.Row]) -> str:
    notes = "\n".join(note for group, note in NOTES.items() if any(row.group == group for row in rows))
    versions = ", ".join(f"{name} {version}" for name, version in _packages().items())
    return f"""# Counting errors, measured

Made by `make accuracy` with {versions}. An error is each crossing too many or too few, per line and direction.

{table.markdown(rows)}

![The same as bars](accuracy.png)

All count the same clips with the same weights at the same lines. The others get the tracks of `YOLO.track` with
ByteTrack as Ultralytics ships it, and count with their own code; what they call in and out is found out by walking a
made-up person over each line.

{notes}

## Following people

MOTA, IDF1 and HOTA as TrackEval defines them.

{table.tracking_markdown(rows)}

The data, line by line: [accuracy.json](accuracy.json). Mistakes with pictures:
`turnstile evaluate VIDEO --truth gt.csv --line … --report DIR`.
"""


def _packages() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("--only", choices=("pets", "demo"), help="one group of clips")
    parser.add_argument("--frames", type=int, help="of each demo scene: tells that it works, not how well")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where the page, the data and the chart go")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
