"""The thread that draws, encodes and publishes a camera's pictures: each once, and none for nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from proto.turnstile_pb2 import (
    CAMERA_STATE_LIVE,
    ENCODING_JPEG,
    Annotation,
    Frame,
    LineTotal,
    Settings,
    Track,
    ZoneOccupancy,
)
from services.common.slot import Slot
from services.inference.counting.tally import Person
from services.inference.frames import CorruptPictureError, Picture, encode_jpeg
from services.inference.metrics import Metrics
from services.inference.motion import Sighting
from services.inference.outputs import OutputStream
from services.inference.render.overlay import Scene, draw


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a camera at the moment of drawing."""

    settings: Settings
    totals: list[LineTotal]
    occupancy: list[ZoneOccupancy]
    notice: str
    newest: Sighting


class Painter:
    """Draws the newest picture it was given.

    Args:
        camera: Its id.
        stream: Where the pictures go.
        metrics: Of the service.
        know: Gives what is to be drawn.
        prepare: Called with a picture that no detector has seen, before it is drawn into.
        published: Called with a picture that has gone out.
    """

    def __init__(
        self,
        camera: str,
        stream: OutputStream,
        metrics: Metrics,
        know: Callable[[], Knowledge],
        prepare: Callable[[Picture], None],
        published: Callable[[Picture], None],
    ) -> None:
        self._camera = camera
        self._stream = stream
        self._metrics = metrics
        self._know = know
        self._prepare = prepare
        self._published = published
        self._slot: Slot[tuple[Picture, Sighting | None]] = Slot()
        self._thread = threading.Thread(target=self._run, name=f"{camera}-paint", daemon=True)

    def start(self) -> None:
        """Begin to draw."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._slot.close()
        if self._thread.ident is not None:
            self._thread.join()

    def show(self, picture: Picture, sighting: Sighting | None) -> None:
        """Have ``picture`` drawn next, with its own ``sighting``, or without one with the newest that is known."""
        if self._slot.put((picture, sighting)):
            self._metrics.skipped.labels(self._camera, "render").inc()

    def _run(self) -> None:
        while (item := self._slot.take()) is not None:
            try:
                self._paint(*item)
            except CorruptPictureError:
                self._metrics.skipped.labels(self._camera, "corrupt").inc()

    def _paint(self, picture: Picture, own: Sighting | None) -> None:
        image = picture.image()
        if own is None:
            self._prepare(picture)
        begun = time.monotonic()
        known = self._know()
        people = (own or known.newest).at(picture.header.capture_time_ns)
        draw(image, self._scene(picture, known, people))
        annotated_ns, annotated = time.time_ns(), time.monotonic()
        jpeg = encode_jpeg(image)
        encoded = time.monotonic()
        annotation = Annotation(
            received_ns=picture.received_ns,
            detected_ns=own.detected_ns if own else 0,
            annotated_ns=annotated_ns,
            published_ns=time.time_ns(),
            tracks=[_track(person) for person in people],
            lines=known.totals,
            zones=known.occupancy,
        )
        self._stream.send(jpeg_header(picture, annotation), jpeg)
        stage = self._metrics.stage
        stage.labels(self._camera, "annotate").observe(annotated - begun)
        stage.labels(self._camera, "encode").observe(encoded - annotated)
        self._metrics.frames_out.labels(self._camera, "annotated").inc()
        self._metrics.encoded_bytes.labels(self._camera).inc(len(jpeg))
        self._published(picture)

    def _scene(self, picture: Picture, known: Knowledge, people: list[Person]) -> Scene:
        return Scene(
            camera=self._camera,
            settings=known.settings,
            people=people,
            totals=known.totals,
            occupancy=known.occupancy,
            notice=known.notice,
            captured_ns=picture.header.capture_time_ns,
        )


def jpeg_header(picture: Picture, annotation: Annotation | None = None) -> Frame:
    """Return the header of ``picture``, published as a JPEG of its own size."""
    header = picture.header
    return Frame(
        camera=header.camera,
        sequence=header.sequence,
        capture_time_ns=header.capture_time_ns,
        boot_id=header.boot_id,
        encoding=ENCODING_JPEG,
        width=header.width,
        height=header.height,
        state=CAMERA_STATE_LIVE,
        annotation=annotation,
    )


def _track(person: Person) -> Track:
    return Track(
        id=person.id,
        label=person.label,
        confidence=person.confidence,
        left=person.left,
        top=person.top,
        width=person.width,
        height=person.height,
    )
