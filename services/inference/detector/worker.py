"""The detector's own process: model and trackers, away from the picture.

A model takes seconds to load, holds Python's lock while it does, and may take its process down; the pictures flow on
beside it. Pictures come through shared memory, questions and answers through a pipe; its end is this process's end.
"""

from __future__ import annotations

import mmap
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final

import numpy as np
import numpy.typing as npt

from services.inference.detector.protocol import BUFFER_BYTES, Forget, Job, Progress, Question, Refusal
from services.inference.detector.sighting import class_ids, look
from services.inference.detector.tracker import LOW_CONFIDENCE, CameraTracker
from services.inference.detector.types import Detector, ModelError

# Less than the picture's threads, which are never nice.
NICE_BESIDE_LIVE: Final = 10


def main(pipe_fd: int, buffer_fd: int) -> None:
    """Serve the process at the other end of ``pipe_fd`` until it goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in order
    pipe = Connection(pipe_fd)
    buffer = np.frombuffer(mmap.mmap(buffer_fd, BUFFER_BYTES), np.uint8)
    try:
        job: Job = pipe.recv()
        if job.nice:  # threads inherit it: the detector takes what the picture leaves
            os.nice(NICE_BESIDE_LIVE)
        try:
            detector = _load(job, lambda doing: pipe.send(Progress(doing)))
        except ModelError as error:
            pipe.send(Refusal(str(error)))
            return
        pipe.send(detector.info)
        _serve(job, detector, pipe, buffer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _load(job: Job, progress: Callable[[str], None]) -> Detector:
    from services.inference.detector.loader import load_model  # noqa: PLC0415 - after nice: it starts threads

    return load_model(job.model, progress, drawn=job.drawn, imgsz=job.imgsz, threads=job.threads, classes=job.classes)


def _serve(job: Job, detector: Detector, pipe: Connection, buffer: npt.NDArray[np.uint8]) -> None:
    wanted = class_ids(detector.info, job.classes)
    floor = min(LOW_CONFIDENCE, job.confidence)
    trackers: dict[str, CameraTracker] = {}
    while True:
        question: Question | Forget = pipe.recv()
        if isinstance(question, Forget):
            trackers.pop(question.camera, None)
            continue
        box = question.box
        image = buffer[: box.height * box.width * 3].reshape(box.height, box.width, 3)
        found = look(detector, image, floor, wanted, relaxed=question.relaxed)
        tracker = trackers.setdefault(question.camera, CameraTracker(job.confidence))
        pipe.send(tracker.update(found, question.seconds, box.inner))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
