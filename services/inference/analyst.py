"""Keeps the detector busy with the newest frame of each camera in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from proto.turnstile_pb2 import Detector
from services.inference.detector.keeper import DetectorKeeper
from services.inference.detector.letterbox import letterbox
from services.inference.detector.process import DetectorGoneError
from services.inference.detector.protocol import Job, Question
from services.inference.detector.types import ModelInfo, Tracked
from services.inference.frames import CorruptPictureError, Picture
from services.inference.leisure import Leisure
from services.inference.metrics import Metrics
from services.inference.people import in_picture

# Pictures no longer wait for a detector that takes this long over one.
OVERDUE_SECONDS: Final = 1.0


class Client(Protocol):
    """A camera whose pictures are analysed."""

    name: str

    @property
    def watched(self) -> bool:
        """Whether the whole picture will be wanted too."""

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
        self._keeper = DetectorKeeper(job, metrics, changed)
        self._process = self._keeper.process
        self._metrics = metrics
        metrics.watch_detector(lambda: self._process.pid)
        self._condition = threading.Condition()
        self._waiting: dict[Client, Picture] = {}  # in the order of their turns
        self._clients: set[Client] = set()
        self._forgotten: list[str] = []
        self._leisure = Leisure()
        self._stopping = False
        self._busy_since: float | None = None
        self._thread = threading.Thread(target=self._run, name="analyst", daemon=True)

    # What other threads call

    def start(self) -> None:
        """Start the detector; it loads beside us."""
        self._keeper.start()
        self._thread.start()

    def stop(self) -> None:
        """End the detector and the thread."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._keeper.stop()
        if self._thread.ident is not None:
            self._thread.join()
        self._keeper.close()

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
        return self._keeper.info is not None and not overdue

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model, or None."""
        return self._keeper.info

    def status(self) -> Detector:
        """Return the detector's state, for the directory."""
        return self._keeper.status

    @property
    def notice(self) -> str:
        """What a viewer should know: empty while all is well."""
        return self._keeper.trouble or ("" if self.usable else "detector is overdue: not counting")

    def raise_if_refused(self) -> None:
        """Raise what makes a start pointless.

        Raises:
            UsageError: The model was refused at the first attempt.
        """
        self._keeper.raise_if_refused()

    def use(self, job: Job) -> None:
        """Have the detector do another job, if it is another."""
        self._keeper.use(job)

    # The thread

    def _run(self) -> None:
        while self._keeper.bring_up() is not None:
            try:
                self._work()
            except DetectorGoneError as error:
                self._keeper.lost(str(error))
            if self._stopping:
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
        info = self._keeper.info
        if info is None:
            return
        box = letterbox(picture.header.width, picture.header.height, info.imgsz, square=info.square)
        begun = time.monotonic()
        picture.write_input(box, self._process.input_buffer(box.height, box.width), full=client.watched)
        decoded = time.monotonic()
        with self._condition:
            watched = any(known.watched for known in self._clients)
        relaxed = self._leisure.may_relax(watched=watched)
        taken = picture.header.capture_time_ns / 1e9
        tracked = self._process.track(Question(client.name, box, taken, relaxed))
        done = time.monotonic()
        self._metrics.stage.labels(client.name, "decode").observe(decoded - begun)
        self._metrics.stage.labels(client.name, "detect").observe(done - decoded)
        client.analysed(picture, in_picture(tracked, box), info, self._keeper.generation)
