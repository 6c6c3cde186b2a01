"""Issue 3's proof: ten seeds of the demo, three minutes and three lines each, counted with the default settings.

No video lies between the drawing and the detector, as in the live product. Each wrong crossing is listed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from dataclasses import asdict, dataclass, field
from functools import partial

import numpy as np

from proto.turnstile_pb2 import Line as LineSettings
from proto.turnstile_pb2 import Point, Settings
from services.capture.demo.crossings import Line
from services.capture.demo.scene import Scene
from services.capture.demo.truth import MIN_VISIBLE, Truth
from services.common.demo_url import parse_demo
from services.inference.analyze.counter import Selection, VideoCounter
from services.inference.analyze.identities import Identities
from services.inference.analyze.result import Events
from services.inference.counting.tally import Person
from services.inference.detector.catalogue import BUILT_IN
from services.inference.detector.letterbox import letterbox
from services.inference.detector.openvino_backend import OpenVinoDetector
from services.inference.detector.sighting import class_ids, look
from services.inference.evaluate.matching import Event, Wrong, wrong_crossings
from services.inference.evaluate.score import describe
from services.inference.evaluate.tracking import Boxes, TrackingScore, score

SEEDS = range(2_000_001, 2_000_011)
SECONDS = 180
# Fractions of the picture: across the walks, along the picture, and aslant.
LINES = {"middle": (0.5, 0.0, 0.5, 1.0), "across": (0.0, 0.62, 1.0, 0.62), "aslant": (0.2, 0.95, 0.85, 0.3)}


@dataclass(slots=True)
class Outcome:
    """What came of one seed."""

    scene: str
    true: int
    counted: int
    errors: int
    tracking: TrackingScore
    wrong: list[Wrong] = field(default_factory=list)


def count_seed(seed: int, seconds: int = SECONDS) -> Outcome:
    """Draw, detect, track and count one seed; even seeds are streets, odd ones plazas."""
    scene = Scene(parse_demo(f"demo://{('street', 'plaza')[seed % 2]}?seed={seed}"))
    size = (scene.settings.width, scene.settings.height)
    detector = OpenVinoDetector(BUILT_IN, imgsz=None, threads=1)
    box = letterbox(*size, detector.info.imgsz, square=detector.info.square)
    selection = Selection()
    wanted = class_ids(detector.info, selection.classes)
    counter = VideoCounter(detector.info, selection, _settings(), size, box)
    image = np.empty((box.height, box.width, 3), np.uint8)
    events, identities = Events(), Identities()
    followed: list[tuple[Boxes, Boxes]] = []
    frames = range(int(seconds * scene.settings.fps))
    for number in frames:
        box.fit(scene.picture(number), image)
        now = number / scene.settings.fps
        people, crossings = counter.update(look(detector, image, selection.floor, wanted), now)
        events.add(number, now, people, crossings)
        identities.add(people)
        seen = [person for person in scene.truth(number) if person.visible >= MIN_VISIBLE]
        followed.append((_boxes(seen), _boxes(people)))
    fps = scene.settings.fps
    lines = [Line(n, (a * size[0], b * size[1]), (c * size[0], d * size[1])) for n, (a, b, c, d) in LINES.items()]
    truth = [Event(c.frame, c.frame / fps, c.line, c.direction, c.id, 0, 0) for c in scene.crossings(lines, frames)]
    counted = [Event(r.frame, r.time_s, r.line, r.direction, r.track, r.x, r.y) for r in events.rows()]
    return Outcome(
        scene=f"{scene.settings.scene}, seed {seed}",
        true=len(truth),
        counted=len(counted),
        errors=_errors(counted, truth),
        tracking=score(*zip(*((true, _final(ours, identities)) for true, ours in followed), strict=True)),
        wrong=wrong_crossings(counted, truth),
    )


def _errors(counted: list[Event], true: list[Event]) -> int:
    keys = {(event.line, event.direction) for event in (*counted, *true)}

    def count(events: list[Event], key: tuple[str, str]) -> int:
        return sum((event.line, event.direction) == key for event in events)

    return sum(abs(count(counted, key) - count(true, key)) for key in keys)


def _settings() -> Settings:
    return Settings(
        lines=[
            LineSettings(name=name, start=Point(x=a, y=b), end=Point(x=c, y=d)) for name, (a, b, c, d) in LINES.items()
        ]
    )


def _boxes(people: list[Truth] | list[Person]) -> Boxes:
    return Boxes([p.id for p in people], [(p.left, p.top, p.width, p.height) for p in people])


def _final(boxes: Boxes, identities: Identities) -> Boxes:
    """Return the boxes under the ids that their people have in the end, after tracks were joined."""
    return Boxes([identities.final(identity) for identity in boxes.ids], boxes.ltwh)


def main() -> int:
    """Print the figures of all seeds; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.seeds", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--json", help="a file for the same as data")
    options = parser.parse_args()
    outcomes = []
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for outcome in pool.imap(partial(count_seed, seconds=options.seconds), SEEDS):
            outcomes.append(outcome)
            tracking = outcome.tracking
            print(
                f"{outcome.scene}: {outcome.true} true, {outcome.counted} counted, {outcome.errors} errors; "
                f"MOTA {tracking.mota:.3f} IDF1 {tracking.idf1:.3f}, {tracking.id_switches} id switches",
                flush=True,
            )
            for wrong in outcome.wrong:
                print(f"    {describe(wrong)}")
    true, errors = sum(o.true for o in outcomes), sum(o.errors for o in outcomes)
    mota = sum(o.tracking.mota for o in outcomes) / len(outcomes)
    idf1 = sum(o.tracking.idf1 for o in outcomes) / len(outcomes)
    print(f"all: {true} true, {errors} errors ({errors / max(true, 1):.2%}); mean MOTA {mota:.3f}, IDF1 {idf1:.3f}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump([asdict(outcome) for outcome in outcomes], file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
