"""One camera's way through inference: receive, have it analysed, count, draw, encode, publish."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import zmq

from proto.codec import WireError, decode_frame
from proto.sockets import Bus, Subscription
from proto.turnstile_pb2 import (
    OVERLAY_LIVE,
    Analysis,
    Camera,
    CameraState,
    Crossing,
    LineTotal,
)
from services.common.rate import RateMeter
from services.inference.analyst import Analyst
from services.inference.counting.tally import Person, Tally
from services.inference.detector.letterbox import letterbox
from services.inference.detector.types import ModelInfo, Tracked
from services.inference.frames import CorruptPictureError, Picture, encode_jpeg
from services.inference.metrics import Metrics
from services.inference.motion import NOBODY, Sighting
from services.inference.outputs import OutputStream
from services.inference.painter import Knowledge, Painter, jpeg_header
from services.inference.people import people as people_of
from services.inference.recorder.recording import Recording

log = logging.getLogger(__name__)

POLL_MS: Final = 200


class CameraPipeline:
    """Receives a camera's frames in a thread of its own, and has them analysed and drawn by others.

    Between those threads there is one slot each, and the newest wins.
    """

    def __init__(
        self,
        camera: Camera,
        source: Bus,
        target: Bus,
        context: zmq.Context[zmq.Socket[bytes]],
        analyst: Analyst,
        recording: Recording,
        metrics: Metrics,
        changed: Callable[[], None],
    ) -> None:
        self.name = camera.id
        self._announced = camera
        self._source = source
        self._context = context
        self._analyst = analyst
        self._recording = recording
        self._metrics = metrics
        self._changed = changed
        self._stop = threading.Event()
        self._tally = Tally(camera.id, camera.settings)
        self._generation = 0
        self._sighting = NOBODY
        self._annotated = OutputStream(context, target, f"{camera.id}/annotated")
        self._raw = OutputStream(context, target, f"{camera.id}/raw")
        self._painter = Painter(
            camera.id, self._annotated, metrics, self._knowledge, self._offer_before_drawing, self._finished
        )
        self._received, self._detected = RateMeter(), RateMeter()
        self._latency_ms = 0.0
        self._skipped = 0
        self._newest = time.monotonic()
        metrics.expect(self.name, (line.name for line in camera.settings.lines))
        metrics.frame_age.labels(self.name).set_function(lambda: time.monotonic() - self._newest)
        for what, meter in (("received", self._received), ("detected", self._detected)):
            metrics.fps.labels(self.name, what).set_function(meter.rate)
        self._thread = threading.Thread(target=self._receive, name=f"{self.name}-receive", daemon=True)

    # What other threads call

    def start(self) -> None:
        """Begin to receive."""
        self._painter.start()
        self._thread.start()

    def stop(self) -> None:
        """End the threads and free the addresses."""
        self._stop.set()
        self._thread.join()
        self._painter.stop()
        self._analyst.forget(self)
        self._annotated.close()
        self._raw.close()
        self._metrics.forget(self.name)

    def announce(self, camera: Camera) -> bool:
        """Take note of what capture says of the camera now; return whether readers should hear of it at once."""
        before, self._announced = self._announced, camera
        if camera.settings != before.settings:
            self._tally.configure(camera.settings)
            self._metrics.expect(self.name, (line.name for line in camera.settings.lines))
            log.info("camera %s: new lines and zones are in force", self.name)
            return True
        return (camera.state, camera.cause) != (before.state, before.cause)

    def lose(self, state: CameraState, cause: str) -> None:
        """Say that the camera is out of reach, until it is announced again."""
        lost = Camera()
        lost.CopyFrom(self._announced)
        lost.state, lost.cause, lost.since_ns = state, cause, time.time_ns()
        self._announced = lost

    def description(self, crossings: Sequence[Crossing]) -> Camera:
        """Return the camera as announced by capture, with what we know of it.

        Args:
            crossings: The recent ones, as recorded.
        """
        camera = Camera()
        camera.CopyFrom(self._announced)
        camera.endpoint = self._annotated.endpoint
        camera.analysis.CopyFrom(
            Analysis(
                raw_endpoint=self._raw.endpoint,
                detect_fps=self._detected.rate(),
                latency_ms=self._latency_ms if self._received.rate() else 0.0,
                skipped=self._skipped,
                lines=self._totals(),
                zones=self._tally.occupancy(),
                crossings=crossings,
            )
        )
        return camera

    @property
    def watched(self) -> bool:
        """Whether somebody watches the annotated picture."""
        return self._annotated.watched

    def analysed(self, picture: Picture, tracked: Tracked, info: ModelInfo, generation: int) -> None:
        """See :class:`services.inference.analyst.Client`: count, then show the picture with its own boxes."""
        self._detected.tick()
        people = people_of(tracked, info)
        velocity = tuple((float(dx), float(dy)) for dx, dy in tracked.velocity)
        sighting = Sighting(tuple(people), velocity, picture.header.capture_time_ns, time.time_ns())
        self._sighting = sighting
        if self._generation != generation:
            self._generation = generation
            self._tally.forget_tracks()
        self._count(people, picture)
        if not self.watched:
            self._finished(picture)
        elif not self._live:
            self._painter.show(picture, sighting)

    def corrupt(self) -> None:
        """See :class:`services.inference.analyst.Client`."""
        self._metrics.skipped.labels(self.name, "corrupt").inc()

    # Receiving

    def _receive(self) -> None:
        while not self._stop.is_set():
            endpoint = self._announced.endpoint
            frames = Subscription(self._context, self._source.resolve(endpoint))
            while not self._stop.is_set() and endpoint == self._announced.endpoint:
                message = frames.receive(POLL_MS)
                if message is not None:
                    self._accept(message)
            frames.close()

    def _accept(self, message: zmq.Frame) -> None:
        try:
            picture = Picture.of(decode_frame(message.buffer))
        except WireError as error:
            self._metrics.wire_errors.labels(error.fault).inc()
            return
        self._newest = time.monotonic()
        self._received.tick()
        self._metrics.frames_in.labels(self.name).inc()
        transport = max(0.0, (picture.received_ns - picture.header.capture_time_ns) / 1e9)
        self._metrics.stage.labels(self.name, "transport").observe(transport)
        if self._raw.watched:
            self._publish_raw(picture)
        if self.watched and (self._live or not self._analyst.usable):
            self._painter.show(picture, None)  # it offers the picture to the detector before it draws
        elif self._analyst.usable:
            self._offer(picture)

    def _offer(self, picture: Picture) -> None:
        if self._analyst.offer(self, picture):
            self._skipped += 1
            self._metrics.skipped.labels(self.name, "detector").inc()

    @property
    def _live(self) -> bool:
        return self._announced.settings.overlay == OVERLAY_LIVE

    # Counting

    def _count(self, people: list[Person], picture: Picture) -> None:
        header = picture.header
        crossings = self._tally.update(people, header.width, header.height, header.capture_time_ns)
        self._recording.crossings(crossings)
        self._recording.zones(self.name, self._tally.occupancy(), self._tally.visits(), header.capture_time_ns)
        for crossing in crossings:
            self._metrics.count(crossing)
        if crossings:
            self._changed()

    def _totals(self) -> list[LineTotal]:
        return self._recording.totals(self.name, (line.name for line in self._announced.settings.lines))

    # What the painter asks

    def _knowledge(self) -> Knowledge:
        return Knowledge(
            settings=self._announced.settings,
            totals=self._totals(),
            occupancy=self._tally.occupancy(),
            notice=self._analyst.notice,
            newest=self._sighting,
        )

    def _offer_before_drawing(self, picture: Picture) -> None:
        info = self._analyst.info
        if info is None or not self._analyst.wants(self):
            return
        picture.prepare_input(letterbox(picture.header.width, picture.header.height, info.imgsz, square=info.square))
        self._offer(picture)

    def _publish_raw(self, picture: Picture) -> None:
        try:
            jpeg = picture.payload if picture.is_jpeg else encode_jpeg(picture.image())
        except CorruptPictureError:
            self.corrupt()
            return
        self._raw.send(jpeg_header(picture), jpeg)
        self._metrics.frames_out.labels(self.name, "raw").inc()
        self._metrics.encoded_bytes.labels(self.name).inc(len(jpeg))

    def _finished(self, picture: Picture) -> None:
        """Take the time that it took, from capture to the published picture, or to the count where nobody watches."""
        seconds = max(0.0, (time.time_ns() - picture.header.capture_time_ns) / 1e9)
        self._latency_ms += 0.1 * (seconds * 1000 - self._latency_ms) if self._latency_ms else seconds * 1000
        self._metrics.latency.labels(self.name).observe(seconds)
