"""What capture says of its cameras, as messages."""

from __future__ import annotations

from collections.abc import Sequence

from proto.turnstile_pb2 import Camera, Directory, SourceStats
from services.capture.camera import CameraView
from services.capture.status import STATE_ON_WIRE
from services.common.clock import BOOT_ID
from services.common.wire_settings import wire_settings


def directory(views: Sequence[CameraView], published_ns: int) -> Directory:
    """Return the message that tells of all cameras."""
    return Directory(boot_id=BOOT_ID, published_ns=published_ns, cameras=[camera_message(view) for view in views])


def camera_message(view: CameraView) -> Camera:
    """Return the message that tells of one camera."""
    return Camera(
        id=view.id,
        state=STATE_ON_WIRE[view.condition.state],
        cause=view.condition.cause,
        since_ns=view.condition.since_ns,
        source=view.source,
        stats=stats(view),
        settings=wire_settings(view.config),
        endpoint=view.endpoint,
    )


def stats(view: CameraView) -> SourceStats:
    """Return what the source really delivers."""
    return SourceStats(
        width=view.form.width,
        height=view.form.height,
        fps=view.tally.rate.rate(),
        nominal_fps=view.form.nominal_fps,
        pixel_format=view.form.pixel_format,
        frames=view.tally.frames,
        dropped=view.tally.dropped,
        skipped=sum(view.tally.skipped.values()),
        reconnects=view.tally.reconnects,
        bytes=view.tally.received_bytes,
    )
