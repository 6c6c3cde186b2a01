"""Where pictures come from: one module for each kind of source."""

from __future__ import annotations

from pathlib import Path

from services.capture.redact import redact
from services.capture.sources.base import Source, SourceError
from services.capture.sources.intake import Intake
from services.common.config import CameraConfig
from services.common.demo_url import is_demo, parse_demo


def make_source(config: CameraConfig, intake: Intake) -> Source:
    """Return the source that ``config`` names, not yet open.

    Raises:
        SourceError: There is no such kind.
    """
    source = config.source
    scheme, separator, _ = source.partition("://")
    if is_demo(source):
        from services.capture.sources.demo import DemoSource  # noqa: PLC0415 - only what is configured is loaded

        return DemoSource(parse_demo(source).sized(config.width, config.height), intake)
    if scheme in ("http", "https") and separator:
        from services.capture.sources.mjpeg import MjpegSource  # noqa: PLC0415

        return MjpegSource(source, intake, width=config.width, height=config.height, fps=config.fps)
    if scheme in ("rtsp", "rtsps") and separator:
        from services.capture.sources.rtsp import RtspSource  # noqa: PLC0415

        return RtspSource(source, intake, width=config.width, height=config.height)
    if separator and scheme != "file":
        raise SourceError(f"{redact(source)}: {scheme}:// is none of rtsp://, http://, https://, file://")
    path = local_path(source) or Path(source)
    if path.is_relative_to("/dev"):
        from services.capture.sources.v4l2 import V4l2Source  # noqa: PLC0415

        return V4l2Source(path, intake, fps=config.fps, width=config.width, height=config.height)
    from services.capture.sources.file import FileSource  # noqa: PLC0415

    return FileSource(path, intake, width=config.width, height=config.height, loop=config.loop)


def local_path(source: str) -> Path | None:
    """Return the file or device that ``source`` names, None where it is no path."""
    scheme, separator, rest = source.partition("://")
    if is_demo(source) or (separator and scheme != "file"):
        return None
    return Path(rest if separator else source).expanduser()
