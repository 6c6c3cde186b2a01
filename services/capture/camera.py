"""One camera for as long as it is configured: its state, its counts, and the worker that serves it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from services.capture.redact import redact
from services.capture.status import Condition, Format, State
from services.capture.tally import Tally
from services.capture.watchdog import judge
from services.capture.worker import Wiring, Worker
from services.common.config import CameraConfig

log = logging.getLogger(__name__)

# Keys that say how the pictures are analysed, not how they are had.
ANALYSIS_KEYS: Final = {"overlay", "lines", "zones"}
JOIN_SECONDS: Final = 1.0
STALLED_CAUSE: Final = "the source is open but no picture arrives"
FAILED_CAUSE: Final = "reading it failed in a way that nobody foresaw, the log says how; trying again"
FAILED_DELAY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class CameraView:
    """What is known of a camera at one moment.

    Attributes:
        source: Without credentials.
        endpoint: Of its frame stream; empty before it is bound.
        published_at: Monotonic seconds of the newest published frame; None before the first.
    """

    id: str
    config: CameraConfig
    source: str
    condition: Condition
    form: Format
    endpoint: str
    tally: Tally
    published_at: float | None


class Camera:
    """Keeps a camera going under a configuration that may change.

    Args:
        camera_id: Its name.
        config: Its configuration.
        wiring: What all cameras share.
        changed: Called after every change of state, from any thread.
        tally: Counts to go on from, where a camera of this name was there before.
    """

    def __init__(
        self,
        camera_id: str,
        config: CameraConfig,
        wiring: Wiring,
        changed: Callable[[], None],
        tally: Tally | None = None,
    ) -> None:
        self.id = camera_id
        self.tally = tally or Tally()
        self._wiring = wiring
        self._changed = changed
        self._lock = threading.Lock()
        self._config = config
        self._condition = Condition()
        self._form = Format()
        self._endpoint = ""
        self._published_at: float | None = None
        self._generation = 0
        self._worker = self._new_worker()

    def start(self) -> None:
        """Begin to serve it."""
        log.info("%s: opening %s", self.id, redact(self._config.source))
        self._worker.start()

    def configure(self, config: CameraConfig) -> None:
        """Go on under another configuration; the source is opened again only where that is about the source."""
        same_source = _source_part(config) == _source_part(self._config)
        self._config = config
        if not same_source:
            self.reconnect()
        self._changed()

    def reconnect(self) -> None:
        """Close the source and open it again at once."""
        self._worker.stop()
        self._worker.join(JOIN_SECONDS)
        self._replace_worker(Condition())
        log.info("%s: now opening %s", self.id, redact(self._config.source))

    def stop(self) -> None:
        """Ask its worker to end."""
        self._worker.stop()

    def join(self, timeout: float) -> bool:
        """Wait for its worker; return whether it ended within ``timeout`` seconds."""
        return self._worker.join(timeout)

    def watch(self) -> None:
        """Look whether pictures still arrive; to be called several times a second."""
        worker = self._worker
        if worker.failed:
            self.report(worker, "offline", FAILED_CAUSE)
            self._replace_worker(self._condition, delay=FAILED_DELAY_SECONDS)
            return
        verdict = judge(
            worker.progress, time.monotonic(), interval=self._interval(), quiet_until=worker.intake.quiet_until
        )
        if verdict != "fine":
            self.report(worker, "stalled", STALLED_CAUSE)
        if verdict == "reopen":
            self.tally.restart_intervals()
            worker.reopen()
        elif verdict == "replace":
            worker.stop()
            self._replace_worker(self._condition)

    def report(self, worker: Worker, state: State, cause: str = "") -> None:
        """Take in a state that ``worker`` is in."""
        with self._lock:
            before = self._condition
            if worker is not self._worker or (before.state, before.cause) == (state, cause):
                return
            self._condition = Condition(state, cause)
        log.log(
            logging.INFO if state in ("live", "ended") else logging.WARNING,
            "%s: %s%s",
            self.id,
            state,
            f": {cause}" if cause else "",
        )
        self._changed()

    def bound(self, worker: Worker, endpoint: str) -> None:
        """Take in where ``worker`` publishes."""
        if worker is self._worker:
            self._endpoint = endpoint
            self._changed()

    def delivered(self, worker: Worker, form: Format) -> None:
        """Take in that ``worker`` published a frame."""
        if worker is not self._worker:
            return
        self._form = form
        self._published_at = time.monotonic()
        if self._condition.state != "live":
            self.report(worker, "live")

    def view(self) -> CameraView:
        """Return what is known of it now."""
        return CameraView(
            id=self.id,
            config=self._config,
            source=redact(self._config.source),
            condition=self._condition,
            form=self._form,
            endpoint=self._endpoint,
            tally=self.tally,
            published_at=self._published_at,
        )

    def _interval(self) -> float:
        """Return the longest time between two frames that is normal for this camera."""
        announced = [fps for fps in (self._form.nominal_fps, self._config.fps) if fps]
        return max([self.tally.interval(), *(1 / fps for fps in announced)])

    def _new_worker(self, delay: float = 0.0) -> Worker:
        self._generation += 1
        return Worker(self.id, self._config, self._wiring, self.tally, self, generation=self._generation, delay=delay)

    def _replace_worker(self, condition: Condition, delay: float = 0.0) -> None:
        with self._lock:
            self._worker = self._new_worker(delay)
            self._condition = condition
            self._endpoint = ""
        self._worker.start()
        self._changed()


def _source_part(config: CameraConfig) -> dict[str, object]:
    return config.model_dump(exclude=ANALYSIS_KEYS)
