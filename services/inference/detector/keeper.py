"""Keeps a detector alive: starts its process, waits for the model, starts it again when it died."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from proto.turnstile_pb2 import (
    DETECTOR_STATE_FAILED,
    DETECTOR_STATE_LOADING,
    DETECTOR_STATE_READY,
    Detector,
    DetectorState,
)
from services.common.backoff import Backoff
from services.common.errors import UsageError
from services.inference.detector.process import DetectorGoneError, DetectorProcess, ModelRefusedError
from services.inference.detector.protocol import Job, Progress
from services.inference.detector.search import ModelSearch
from services.inference.detector.types import ModelInfo
from services.inference.metrics import Metrics

log = logging.getLogger(__name__)

RESTART_FIRST_SECONDS: Final = 1.0
RESTART_MAX_SECONDS: Final = 30.0
# A detector that has worked this long had a reason to die other than its model: the next restart is quick again.
STEADY_SECONDS: Final = 60.0
NEWS_SECONDS: Final = 0.5
SEARCHING: Final = "It is tried again now and then."
STATE_NAMES: Final = {DETECTOR_STATE_LOADING: "loading", DETECTOR_STATE_READY: "ready", DETECTOR_STATE_FAILED: "failed"}


class DetectorKeeper:
    """The life of the one detector process. One thread brings it up and uses it; any may ask how it is.

    Attributes:
        process: The process; of use while ``info`` is there.
        generation: Counts its lives: under another one, track ids mean other people.
    """

    def __init__(self, job: Job, metrics: Metrics, changed: Callable[[], None]) -> None:
        self.process = DetectorProcess(job)
        self.generation = 0
        self._job = job
        self._metrics = metrics
        self._changed = changed
        self._stopping = threading.Event()
        self._info: ModelInfo | None = None
        self._status = Detector()
        self._fatal: UsageError | None = None
        self._search = ModelSearch(self.reload)
        self._backoff = Backoff(RESTART_FIRST_SECONDS, RESTART_MAX_SECONDS)
        self._pause = 0.0  # before the next restart
        self._began = time.monotonic()
        self._down = False  # it died, and nobody has started it again yet
        self._replaced = False  # it was ended so that another model takes its place
        self._announce(DETECTOR_STATE_LOADING, "")

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model, or None."""
        return self._info

    @property
    def status(self) -> Detector:
        """The detector's state, for the directory."""
        return self._status

    @property
    def trouble(self) -> str:
        """Why nothing is detected now; empty while it is."""
        if self._status.state == DETECTOR_STATE_LOADING:
            return f"detector is loading: {self._status.cause or 'not counting yet'}"
        if self._status.state == DETECTOR_STATE_FAILED:
            return f"detector {self._status.cause}: not counting"
        return ""

    def raise_if_refused(self) -> None:
        """Raise what makes a start pointless.

        Raises:
            UsageError: The model was refused at the first attempt.
        """
        if self._fatal is not None:
            raise self._fatal

    def start(self) -> None:
        """Start the process; the model loads in it, beside us."""
        self._began = time.monotonic()
        self.process.start()

    def stop(self) -> None:
        """End the process for good, and whoever waits in :meth:`bring_up`."""
        self._stopping.set()
        self.process.stop()

    def close(self) -> None:
        """Give back what the process had; :meth:`bring_up` has returned."""
        self._search.stop()
        self.process.close()

    def use(self, job: Job) -> None:
        """Have the process do another job; it loads the other model at once."""
        if job != self._job:
            self._job = job
            self.process.give(job)
            self.reload()

    def reload(self) -> None:
        """Have the process find and load its model anew."""
        if not self._stopping.is_set():
            self._replaced = True
            self.process.stop()

    def bring_up(self) -> ModelInfo | None:
        """Wait until the model is loaded, starting the process again as often as that takes.

        Returns:
            The model; None when it is over: after :meth:`stop`, or because the model was refused at the first attempt.
        """
        while not self._stopping.is_set():
            if self._down and not self._restart():
                return None
            try:
                if (info := self._await_model()) is not None:
                    return info
            except DetectorGoneError as error:
                self.lost(str(error))
            except ModelRefusedError as error:
                if not self._status.model:
                    self._fatal = UsageError(str(error))
                    self._changed()
                    return None
                self.lost(f"refused its model: {error}")
        return None

    def lost(self, cause: str) -> None:
        """Take note that the process died; :meth:`bring_up` starts it again."""
        self._info = None
        self._down = True
        if self._stopping.is_set() or self._replaced:
            return
        if time.monotonic() - self._began > STEADY_SECONDS:
            self._backoff.reset()
        self._pause = self._backoff.delay()
        log.error("the detector %s; starting it again in %.0f s", cause, self._pause)
        self._announce(DETECTOR_STATE_FAILED, cause)

    def _restart(self) -> bool:
        if not self._replaced:
            if self._stopping.wait(self._pause):
                return False
            self._metrics.detector_restarts.inc()
        self._replaced = False
        self._announce(DETECTOR_STATE_LOADING, "")
        self.process.stop()
        self._down = False
        self.start()
        return True

    def _await_model(self) -> ModelInfo | None:
        self.generation += 1
        while not self._stopping.is_set():
            news = self.process.await_model(NEWS_SECONDS)
            if isinstance(news, Progress):
                log.info("detector: %s", news.doing)
                self._announce(DETECTOR_STATE_LOADING, news.doing)
            elif news is not None:
                self._take(news)
                return news
        return None

    def _take(self, info: ModelInfo) -> None:
        if info.missing is not None:
            info = replace(info, notice=f"{info.notice} {SEARCHING}")
        self._info = info
        log.info("detector ready: %s, %d px, %d threads", info.name, info.imgsz, self._job.threads)
        if info.notice:
            log.warning("%s", info.notice)
        self._search.follow(info.missing)
        self._announce(DETECTOR_STATE_READY, "")

    def _announce(self, state: DetectorState, cause: str) -> None:
        status = Detector(state=state, cause=cause, model=self._status.model, notice=self._status.notice)
        if self._info is not None:
            status.model, status.notice = self._info.name, self._info.notice
            status.input_width = status.input_height = self._info.imgsz
        self._status = status
        for value, name in STATE_NAMES.items():
            self._metrics.detector_state.labels(name).set(value == state)
        self._changed()
