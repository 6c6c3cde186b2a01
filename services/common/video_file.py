"""Video files: opened with every way that this can fail told in one sentence."""

from __future__ import annotations

import errno
import stat
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from services.common.video_frames import reason

# A file on a network share can be slow; one that does not answer for so long is gone.
OPEN_TIMEOUT_SECONDS: Final = 10.0
READ_TIMEOUT_SECONDS: Final = 5.0
# FFmpeg plays any .txt file as a picture of its letters.
TEXT_ART_CODECS: Final = frozenset({"ansi", "bintext", "idf", "xbin"})


class VideoFileError(Exception):
    """A file that is not a video that can be read; the message is one sentence that names it and the cause."""


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """Open the file and its first video; the container is the caller's to close.

    Raises:
        VideoFileError: It is not there, or not a video.
    """
    identity(path)
    try:
        # "file:" keeps a colon in the name from being read as a protocol, the whitelist keeps a playlist from
        # making us open anything else.
        container = av.open(
            f"file:{path}",
            options={"protocol_whitelist": "file"},
            timeout=(OPEN_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS),
        )
    except av.FFmpegError as error:
        raise VideoFileError(f"{path} is not a video that can be read: {reason(error)}") from error
    try:
        return container, _video_stream(path, container)
    except VideoFileError:
        container.close()
        raise


def _video_stream(path: Path, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise VideoFileError(f"{path} has no video in it")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise VideoFileError(f"{path} is not a video that can be read: its codec is unknown")
    if stream.codec_context.name in TEXT_ART_CODECS:
        raise VideoFileError(f"{path} is not a video that can be read: it is text")
    return stream


def identity(path: Path) -> tuple[int, ...]:
    """Return what tells this file from another one under the same name.

    Raises:
        VideoFileError: It is not there, is no regular file, is empty, or may not be read.
    """
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise VideoFileError(f"{path} is a folder, not a video file")
        if not stat.S_ISREG(status.st_mode):
            raise VideoFileError(f"{path} is not a regular file")
        with path.open("rb"):
            pass
    except OSError as error:
        cause = _FILE_CAUSES.get(error.errno or 0, f"cannot be read: {error.strerror}")
        raise VideoFileError(f"{path} {cause}") from error
    if not status.st_size:
        raise VideoFileError(f"{path} is empty")
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


_FILE_CAUSES: Final = {
    errno.ENOENT: "does not exist",
    errno.ENOTDIR: "does not exist",
    errno.EACCES: "may not be read by this user: permission denied",
}
