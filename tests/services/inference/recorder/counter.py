"""A process that counts and records, for tests that kill it: people who walk to and fro over a line.

It writes the id of each crossing to standard output once it is announced; ``start IN OUT`` tells the totals it began with.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from proto.turnstile_pb2 import ANCHOR_CENTRE, Line, Point, Settings
from services.common.store.engine import store_url
from services.inference.counting.tally import Person, Tally
from services.inference.recorder.recording import Place, Recording

CAMERA, LINE = "entrance", "door"
WIDTH, HEIGHT = 640, 480
SPOOL_BYTES = 64 << 20


def say(text: str) -> None:
    os.write(1, text.encode() + b"\n")


def walk(recording: Recording, seconds: float, per_second: float) -> None:
    """Let somebody cross ``per_second`` times each second."""
    line = Line(name=LINE, start=Point(x=0.5, y=0), end=Point(x=0.5, y=1), anchor=ANCHOR_CENTRE)
    tally = Tally(CAMERA, Settings(lines=[line]))
    stop, pause = threading.Event(), 1 / per_second
    until = time.monotonic() + seconds
    right = True
    while time.monotonic() < until and not stop.wait(pause):
        right = not right
        person = Person(1, "person", 0.9, 400.0 if right else 200.0, 200, 40, 100)
        crossings = tally.update([person], WIDTH, HEIGHT, time.time_ns())
        recording.crossings(crossings)
        for crossing in crossings:
            assert recording.announcement()[CAMERA][-1] == crossing
            say(crossing.id)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--per-second", type=float, default=100.0)
    options = parser.parse_args()
    place = Place(store_url(options.url, options.folder), options.folder, SPOOL_BYTES, retention_days=0)
    recording = Recording(place, None, CollectorRegistry(), lambda: None)
    recording.start()
    (total,) = recording.totals(CAMERA, [LINE])
    say(f"start {total.count_in} {total.count_out}")
    walk(recording, options.seconds, options.per_second)
    recording.stop()


if __name__ == "__main__":
    main()
