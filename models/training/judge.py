"""How good a detector is on scenes that it was not trained on: average precision, recall, and calm in empty scenes."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.dataset import HEIGHT, IMGSZ, UNSEEN_SEEDS, Sample, findable, samples
from services.capture.demo.truth import Truth
from services.inference.detector.openvino_backend import OpenVinoDetector
from services.inference.detector.overlap import iou
from services.inference.detector.types import Floats

MATCH_IOU: Final = 0.5
FLOOR: Final = 0.01  # the curve of precision over recall begins here


@dataclass(frozen=True, slots=True)
class Verdict:
    """Figures of one detector.

    Attributes:
        frames: With the people of many scenes.
        people: In them, as far as :func:`models.training.dataset.findable`.
        map50: Average precision at an IoU of 0.5.
        recall: At ``confidence``.
        precision: At ``confidence``.
        confidence: The one in use.
        empty_frames: Of scenes without people.
        seen_in_empty: Detections in them at ``confidence``.
        frames_per_second: Of the network alone, at its own size.
    """

    frames: int
    people: int
    map50: float
    recall: float
    precision: float
    confidence: float
    empty_frames: int
    seen_in_empty: int
    frames_per_second: float

    def __str__(self) -> str:
        return ", ".join(f"{name} {value:.4g}" for name, value in asdict(self).items())


def judge(model: Path, *, scenes: int, empty_scenes: int, confidence: float, threads: int) -> Verdict:
    """Return the figures of the OpenVINO ``model`` on eight frames of each of so many scenes."""
    detector = OpenVinoDetector(model, imgsz=None, threads=threads)
    scores: list[NDArray[np.float32]] = []
    hits: list[NDArray[np.bool_]] = []
    frames = people = 0
    for sample in _rendered(scenes, empty=False):
        found = detector.detect(sample.image, FLOOR)
        hit, counted = matched(found.xyxy, found.confidence, sample.people)
        scores.append(found.confidence[counted])
        hits.append(hit[counted])
        frames += 1
        people += sum(findable(person) for person in sample.people)
    score, hit = np.concatenate(scores), np.concatenate(hits)
    sure = score >= confidence
    empty = [len(detector.detect(s.image, confidence)) for s in _rendered(empty_scenes, empty=True)]
    return Verdict(
        frames=frames,
        people=people,
        map50=average_precision(score, hit, people),
        recall=float(hit[sure].sum()) / max(people, 1),
        precision=float(hit[sure].mean()) if sure.any() else 0.0,
        confidence=confidence,
        empty_frames=len(empty),
        seen_in_empty=sum(empty),
        frames_per_second=speed(detector),
    )


def matched(boxes: Floats, confidence: Floats, people: list[Truth]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Match detections with people, the most confident first, as COCO does.

    Returns:
        Which detections hit somebody, and which count at all: one that hits somebody hardly seen does not.
    """
    hit = np.zeros(len(boxes), bool)
    counted = np.ones(len(boxes), bool)
    taken: set[int] = set()
    truth = np.array([[p.left, p.top, p.left + p.width, p.top + p.height] for p in people], np.float64).reshape(-1, 4)
    overlaps = iou(boxes.astype(np.float64), truth)
    for row in np.argsort(-confidence):
        # Somebody who is well seen first, then the best overlap.
        candidates = [
            (findable(people[i]), overlaps[row, i], i)
            for i in range(len(people))
            if i not in taken and overlaps[row, i] >= MATCH_IOU
        ]
        if candidates:
            seen, _, index = max(candidates)
            taken.add(index)
            hit[row], counted[row] = seen, seen
    return hit, counted


def average_precision(score: NDArray[np.float32], hit: NDArray[np.bool_], people: int) -> float:
    """Return the area under precision over recall, precision made monotonous (PASCAL VOC 2010, all points)."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(hit[order])
    recall = np.concatenate([[0.0], hits / max(people, 1)])
    precision = np.concatenate([[1.0], hits / np.arange(1, len(hits) + 1)])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope[1:]))


def speed(detector: OpenVinoDetector, seconds: float = 3.0) -> float:
    """Return pictures per second of the network at its own size, one after another."""
    image = np.random.default_rng(0).integers(0, 255, (HEIGHT, IMGSZ, 3), np.uint8)
    detector.detect(image, 0.5)
    begun, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - begun) < seconds:
        detector.detect(image, 0.5)
        count += 1
    return count / elapsed


def _rendered(scenes: int, *, empty: bool) -> Iterator[Sample]:
    seeds = range(UNSEEN_SEEDS, UNSEEN_SEEDS + scenes)
    cv2.setNumThreads(1)
    with multiprocessing.get_context("spawn").Pool() as pool:
        for batch in pool.imap(partial(samples, empty=empty), seeds):
            yield from batch
