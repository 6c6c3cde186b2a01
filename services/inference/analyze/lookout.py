"""Has several pictures looked at at once, where the detector can do that."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final

from services.inference.analyze.counter import Selection
from services.inference.detector.catalogue import Progress
from services.inference.detector.loader import load_model
from services.inference.detector.sighting import class_ids, look
from services.inference.detector.threads import cpu_quota
from services.inference.detector.types import Detections, Detector, Image

# Pictures that wait, beside those being looked at, so that no stream of the detector ever does.
AHEAD: Final = 2


def load(model: str, imgsz: int | None, classes: tuple[str, ...], progress: Progress, *, low_latency: bool) -> Detector:
    """Find and load a model, for one picture on all processors or for as many pictures as there are processors.

    Raises:
        ModelError: There is no such model, or it cannot be used.
    """
    threads = cpu_quota()
    streams = 1 if low_latency else threads
    return load_model(model, progress, drawn=False, imgsz=imgsz, threads=threads, classes=classes, streams=streams)


class Lookout:
    """The detector's threads; a context manager.

    Args:
        detector: Looks at as many pictures at once as its ``streams`` say.
        selection: Which detections are of interest.
    """

    def __init__(self, detector: Detector, selection: Selection) -> None:
        self.info = detector.info
        self.ahead = detector.streams + AHEAD if detector.streams > 1 else 1
        self._detector = detector
        self._floor = selection.floor
        self._wanted = class_ids(detector.info, selection.classes)
        self._pool = ThreadPoolExecutor(detector.streams, thread_name_prefix="detect")

    def __enter__(self) -> Lookout:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def submit(self, image: Image) -> Future[Detections]:
        """Have ``image``, of the size of the detector's input, looked at."""
        return self._pool.submit(look, self._detector, image, self._floor, self._wanted)
