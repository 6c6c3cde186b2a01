"""Which videos are to be analysed, and what is to be written for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.common.errors import UsageError
from services.inference.analyze.target import check_target

SUFFIXES: Final = (
    ".3gp", ".avi", ".flv", ".h264", ".h265", ".hevc", ".m2ts", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4",
    ".mpeg", ".mpg", ".mts", ".ts", ".webm", ".wmv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written, as the command line says; None for nothing.

    For one video each is a file; for several, or a folder of them, each is a folder of files named after the videos.
    """

    output: Path | None = None
    events: Path | None = None
    tracks: Path | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class VideoJob:
    """One video and the files that are to be written for it."""

    video: Path
    output: Path | None
    events: Path | None
    tracks: Path | None

    @property
    def targets(self) -> list[Path]:
        """The files that are to be written."""
        return [path for path in (self.output, self.events, self.tracks) if path is not None]


def find_videos(paths: Sequence[Path]) -> list[Path]:
    """Return the files among ``paths`` and those in the folders among them, by name.

    Raises:
        UsageError: A folder holds no video.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(file for file in path.iterdir() if _is_video(file)) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path} holds no video; known are files ending in {', '.join(SUFFIXES)}")
        found += inside
    return found


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Attributes:
        jobs: Video by video.
        folders: For the files of several videos; not made yet.
    """

    jobs: tuple[VideoJob, ...]
    folders: tuple[Path, ...] = ()

    def make_folders(self) -> None:
        """Make the folders.

        Raises:
            UsageError: One cannot be made.
        """
        for path in self.folders:
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(f"{path} cannot be made a folder for the results: {error.strerror}") from error


def plan(paths: Sequence[Path], wanted: Wanted) -> Plan:
    """Return what is to be done, as far as names can tell that it can be.

    Raises:
        UsageError: A result cannot be written, or two would be written to one file.
    """
    videos = find_videos(paths)
    if is_single(paths):
        found = Plan((VideoJob(videos[0], wanted.output, wanted.events, wanted.tracks),))
    else:
        jobs = tuple(
            VideoJob(
                video,
                wanted.output and wanted.output / f"{video.stem}.mp4",
                wanted.events and wanted.events / f"{video.stem}.csv",
                wanted.tracks and wanted.tracks / f"{video.stem}.txt",
            )
            for video in videos
        )
        found = Plan(jobs, tuple(path for path in (wanted.output, wanted.events, wanted.tracks) if path))
    _check(found, overwrite=wanted.overwrite)
    return found


def is_single(paths: Sequence[Path]) -> bool:
    """Return whether one video was named, and not several or a folder of them."""
    return len(paths) == 1 and not paths[0].is_dir()


def _check(found: Plan, *, overwrite: bool) -> None:
    sources = {job.video.resolve() for job in found.jobs}
    written: dict[Path, Path] = {}
    for job in found.jobs:
        for target in job.targets:
            where = target.resolve()
            if where in sources:
                raise UsageError(f"{target} is a video that is to be read; give another name")
            if where in written:
                raise UsageError(f"{target} would be written twice: for {written[where]} and for {job.video}")
            written[where] = job.video
            if target.parent not in found.folders or target.parent.exists():
                check_target(target, overwrite=overwrite)


def _is_video(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
