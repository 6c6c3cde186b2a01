"""Keeps the detector busy with the newest frame of each camera in turn, and keeps it alive."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from proto.turnstile_pb2 import (
    DETECTOR_STATE_FAILED,
    DETECTOR_STATE_LOADING,
    DETECTOR_STATE_READY,
    Detector,
    DetectorState,
)
from services.common.errors import UsageError
from services.inference.detector.letterbox import letterbox
from services.inference.detector.process import DetectorGoneError, DetectorProcess, ModelRefusedError
from services.inference.detector.protocol import Job, Progress, Question
from services.inference.detector.types import ModelInfo, Tracked
from services.inference.frames import CorruptPictureError, Picture
from services.inference.leisure import Leisure
from services.inference.metrics import Metrics

log = logging.getLogger(__name__)

RESTART_FIRST_SECONDS: Final = 1.0
RESTART_MAX_SECONDS: Final = 30.0
# A detector that has worked this long had a reason to die other than its model: the next restart is quick again.
STEADY_SECONDS: Final = 60.0
# Pictures no longer wait for a detector that takes this long over one.
OVERDUE_SECONDS: Final = 1.0
STATE_NAMES: Final = {DETECTOR_STATE_LOADING: "loading", DETECTOR_STATE_READY: "ready", DETECTOR_STATE_FAILED: "failed"}


class Client(Protocol):
    """A camera whose pictures are analysed."""

    name: str

    @property
    def watched(self) -> bool:
        """Whether the whole picture will be wanted too."""

    @property
    def detect_rate(self) -> float:
        """Pictures per second that are analysed of late."""

    def analysed(self, picture: Picture, tracked: Tracked, info: ModelInfo, generation: int) -> None:
        """Take the people found in ``picture``.

        Args:
            picture: The one they were found in.
            tracked: Boxes in its pixels, velocities in its pixels per second.
            info: The model that found them.
            generation: Of the detector process: under another one, ids mean other people.
        """

    def corrupt(self) -> None:
        """Hear that a picture could not be decoded."""


class Analyst:
    """One thread between all cameras and the one detector process."""

    def __init__(self, job: Job, metrics: Metrics, changed: Callable[[], None]) -> None:
        self._process = DetectorProcess(job)
        self._job = job
        self._metrics = metrics
        self._changed = changed
        self._condition = threading.Condition()
        self._waiting: dict[Client, Picture] = {}  # in the order of their turns
        self._clients: set[Client] = set()
        self._forgotten: list[str] = []
        self._leisure = Leisure()
        self._stopping = False
        self._busy_since: float | None = None
        self._generation = 0
        self._info: ModelInfo | None = None
        self._fatal: UsageError | None = None
        self._thread = threading.Thread(target=self._run, name="analyst", daemon=True)
        self._status = Detector()
        self._announce(DETECTOR_STATE_LOADING, "")

    # What other threads call

    def start(self) -> None:
        """Start the detector; it loads beside us."""
        self._process.start()
        self._thread.start()

    def stop(self) -> None:
        """End the detector and the thread."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._process.stop()
        if self._thread.ident is not None:
            self._thread.join()
        self._process.close()

    def offer(self, client: Client, picture: Picture) -> bool:
        """Offer the newest picture of a camera; return whether an older one of it never got its turn."""
        with self._condition:
            self._clients.add(client)
            skipped = client in self._waiting
            if skipped:
                self._leisure.pressed()
            self._waiting[client] = picture  # keeps its place in the order
            self._condition.notify()
        return skipped

    def forget(self, client: Client) -> None:
        """Drop what is known of a camera."""
        with self._condition:
            self._waiting.pop(client, None)
            self._clients.discard(client)
            self._forgotten.append(client.name)

    def wants(self, client: Client) -> bool:
        """Return whether a picture that costs something to offer is worth it.

        A camera that has the detector to itself need not offer while it is busy: the next picture is as good. With
        others about it must, or it would never have a turn.
        """
        with self._condition:
            others = bool(self._clients - {client})
        return self.usable and (others or (self._busy_since is None and not self._waiting))

    @property
    def usable(self) -> bool:
        """Whether pictures may wait for the detector: it is there and keeps up with life."""
        busy_since = self._busy_since
        overdue = busy_since is not None and time.monotonic() - busy_since > OVERDUE_SECONDS
        return self._info is not None and not overdue

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model, or None."""
        return self._info

    @property
    def pid(self) -> int | None:
        """The detector's process id, or None while it is down."""
        return self._process.pid

    def status(self) -> Detector:
        """Return the detector's state, for the directory."""
        return self._status

    @property
    def notice(self) -> str:
        """What a viewer should know: empty while all is well."""
        if self._status.state == DETECTOR_STATE_LOADING:
            return f"detector is loading: {self._status.cause or 'not counting yet'}"
        if self._status.state == DETECTOR_STATE_FAILED:
            return f"detector {self._status.cause}: not counting"
        return "" if self.usable else "detector is overdue: not counting"

    def raise_if_refused(self) -> None:
        """Raise what makes a start pointless.

        Raises:
            UsageError: The model was refused at the first attempt.
        """
        if self._fatal is not None:
            raise self._fatal

    # The thread

    def _run(self) -> None:
        delay = RESTART_FIRST_SECONDS
        while not self._stopping:
            started = time.monotonic()
            try:
                self._load()
                self._work()
            except DetectorGoneError as error:
                cause = str(error)
            except ModelRefusedError as error:
                cause = f"refused its model: {error}"
                if self._info is None and not self._status.model:
                    self._fatal = UsageError(str(error))
                    self._changed()
                    return
            if self._stopping:
                return
            self._info = None
            self._busy_since = None
            delay = RESTART_FIRST_SECONDS if time.monotonic() - started > STEADY_SECONDS else delay
            log.error("the detector %s; starting it again in %.0f s", cause, delay)
            self._announce(DETECTOR_STATE_FAILED, cause)
            self._restart_after(delay)
            delay = min(delay * 2, RESTART_MAX_SECONDS)

    def _restart_after(self, delay: float) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._stopping, delay)
            if self._stopping:
                return
        self._metrics.detector_restarts.inc()
        self._announce(DETECTOR_STATE_LOADING, "")
        self._process.stop()
        self._process.start()

    def _load(self) -> None:
        self._generation += 1
        while not self._stopping:
            news = self._process.await_model(0.5)
            if isinstance(news, Progress):
                log.info("detector: %s", news.doing)
                self._announce(DETECTOR_STATE_LOADING, news.doing)
            elif news is not None:
                self._info = news
                log.info("detector ready: %s, %d px, %d threads", news.name, news.imgsz, self._job.threads)
                self._announce(DETECTOR_STATE_READY, "")
                return

    def _work(self) -> None:
        while (turn := self._next_turn()) is not None:
            client, picture = turn
            self._busy_since = time.monotonic()
            try:
                self._analyse(client, picture)
            except CorruptPictureError:
                client.corrupt()
            finally:
                self._busy_since = None

    def _next_turn(self) -> tuple[Client, Picture] | None:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting or self._stopping)
            if self._stopping:
                return None
            forgotten, self._forgotten = self._forgotten, []
            client = next(iter(self._waiting))
            picture = self._waiting.pop(client)
        for name in forgotten:
            self._process.forget(name)
        return client, picture

    def _analyse(self, client: Client, picture: Picture) -> None:
        info = self._info
        if info is None:
            return
        box = letterbox(picture.header.width, picture.header.height, info.imgsz, square=info.square)
        begun = time.monotonic()
        picture.write_input(box, self._process.input_buffer(box.height, box.width), full=client.watched)
        decoded = time.monotonic()
        rate = client.detect_rate
        with self._condition:
            watched = any(known.watched for known in self._clients)
        relaxed = self._leisure.may_relax(watched=watched)
        tracked = self._process.track(Question(client.name, box.height, box.width, rate, relaxed))
        done = time.monotonic()
        self._metrics.stage.labels(client.name, "decode").observe(decoded - begun)
        self._metrics.stage.labels(client.name, "detect").observe(done - decoded)
        in_picture = Tracked(
            box.to_picture(tracked.xyxy),
            tracked.velocity / box.scale * rate,
            tracked.ids,
            tracked.confidence,
            tracked.class_id,
        )
        client.analysed(picture, in_picture, info, self._generation)

    def _announce(self, state: DetectorState, cause: str) -> None:
        info = self._info
        status = Detector(state=state, cause=cause, model=self._status.model)
        if info is not None:
            status.model = info.name
            status.input_width = status.input_height = info.imgsz
        self._status = status
        for value, name in STATE_NAMES.items():
            self._metrics.detector_state.labels(name).set(value == state)
        self._changed()
