"""Models by name: fetched once from Ultralytics, exported and cached; and the one that came with Turnstile."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from services.inference.detector.checksum import has_sums, verify, verify_folder
from services.inference.detector.download import OfflineError, download, is_forbidden
from services.inference.detector.types import Missing, ModelError

AUTO: Final = "auto"
# The best NMS-free model that two cores run at 30 pictures/s.
DEFAULT: Final = "yolo26n"
NAME: Final = re.compile(r"^(yolo26[nsmlx])(\.pt)?$")
RELEASE: Final = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
# Of that release's files, SHA-256.
RELEASED: Final = {
    "yolo26n": "9b09cc8bf347f0fc8a5f7657480587f25db09b34bf33b0652110fb03a8ad4fef",
    "yolo26s": "646f8bc3fe0a656803d95c294f7852321748cb29d13466a1af8862e2db384a1b",
    "yolo26m": "401cea9ab23ad19246ff7744859816bc599f350e93c9dd30367b6f0a0745d0b7",
    "yolo26l": "9fe3c544f2b19bebad7ea41e76d7ad3d88b7c2f10d11d24430c5311f6b32db26",
    "yolo26x": "9fdd44a31c504547ffb81d2c6d9e6dac3493c8eaa8b0398d3f43bae6c7003e92",
}
BUILT_IN: Final = Path(__file__).parents[3] / "models" / "builtin_openvino_model"
BUILT_IN_NAME: Final = "built-in"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A model on this machine.

    Attributes:
        path: An OpenVINO folder or a file that :func:`services.inference.detector.loader.load_detector` takes.
        name: As shown to people.
        notice: What people should know of it, one sentence; mostly empty.
        missing: The model whose place it takes until that can be fetched.
    """

    path: Path
    name: str
    notice: str = ""
    missing: Missing | None = None


def cache_folder() -> Path:
    """Return where fetched models are kept: ``TURNSTILE_CACHE``, else the user's cache folder."""
    named = os.environ.get("TURNSTILE_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "turnstile"


def find_model(model: str, progress: Progress, *, drawn: bool) -> Found:
    """Find ``model``: itself, if it is a path, else the cached model of that name, fetched if need be.

    Args:
        model: A path, a name such as ``yolo26s``, or ``auto``: the default one, or the built-in one without it.
        progress: Told what is being waited for.
        drawn: Every camera shows a demo scene, for which ``auto`` is the built-in model.

    Raises:
        ModelError: There is no such model, and it cannot be fetched; or one of its files was altered.
    """
    if model == AUTO:
        return built_in() if drawn else _best(progress)
    path = at_path(model)
    if path is not None:
        return Found(path, model)
    named = NAME.match(model)
    if named is None:
        raise ModelError(f"{model}: there is no such model")
    return Found(_cached(named[1], progress), named[1])


def at_path(model: str) -> Path | None:
    """Return the file or folder whose path ``model`` is; None if there is none.

    Raises:
        ModelError: It is a folder with a SHA256SUMS, and one of the files in it is missing or another one.
    """
    path = Path(model).expanduser()
    if not path.exists():
        return None
    if has_sums(path):
        verify_folder(path)
    return path


def cached(name: str) -> Path:
    """Return where the model ``name`` is in the cache, once it was fetched."""
    return cache_folder() / f"{name}_openvino_model"


def built_in(notice: str = "", missing: Missing | None = None) -> Found:
    """Return the model that came with Turnstile.

    Args:
        notice: What people should know of its use.
        missing: The model whose place it takes.

    Raises:
        ModelError: One of its files is missing, or not the one that was released.
    """
    verify_folder(BUILT_IN)
    return Found(BUILT_IN, BUILT_IN_NAME, notice, missing)


def _best(progress: Progress) -> Found:
    try:
        return Found(_cached(DEFAULT, progress), DEFAULT)
    except ModelError as error:
        notice = (
            f"The built-in detector counts here: it knows drawn people and misses real ones, so do not trust these "
            f"counts. {error}."
        )
        return built_in(notice, None if is_forbidden() else Missing(DEFAULT, str(error)))


def _cached(name: str, progress: Progress) -> Path:
    target = cached(name)
    if not target.is_dir():
        with fetching_folder() as folder:
            fetch(release(name), folder, progress)
    return target


@dataclass(frozen=True, slots=True)
class Release:
    """A model as it was released.

    Attributes:
        url: Of its weights.
        sha256: Theirs, hexadecimal.
        target: Its place in the cache.
    """

    name: str
    url: str
    sha256: str
    target: Path


def release(name: str) -> Release:
    """Return what is to be fetched for ``name``, a key of :data:`RELEASED`."""
    return Release(name, f"{RELEASE}/{name}.pt", RELEASED[name], cached(name))


@contextmanager
def fetching_folder() -> Iterator[Path]:
    """Give a folder for :func:`fetch`, where its result can be moved into the cache from; it is removed in the end."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fetching-", dir=cache_folder(), ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def fetch(wanted: Release, folder: Path, progress: Progress) -> None:
    """Fetch and check the weights and export them into the cache.

    Args:
        wanted: Which.
        folder: To work in.
        progress: Told what is being waited for.

    Raises:
        ModelError: They cannot be fetched, or are not those that were released.
    """
    weights = folder / f"{wanted.name}.pt"
    progress(f"fetching {wanted.name}")
    try:
        download(wanted.url, weights, lambda percent: progress(f"fetching {wanted.name}: {percent} %"))
    except OfflineError as error:
        raise ModelError(
            f"Model {wanted.name} is not in {wanted.target.parent} and cannot be fetched ({error}); "
            f"give a model with MODEL=PATH"
        ) from error
    verify(weights, wanted.sha256)
    progress(f"exporting {wanted.name} to OpenVINO (once)")
    export_to_openvino(weights, wanted.target)


def export_to_openvino(weights: Path, target: Path) -> None:
    """Export a .pt detector to an OpenVINO folder with an NMS-free head. ``target`` appears whole or not at all."""
    from ultralytics.models import YOLO  # noqa: PLC0415 - torch takes seconds, and a cached model does without

    exported = Path(YOLO(weights, task="detect").export(format="openvino", nms=False, dynamic=False, verbose=False))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        exported.rename(target)
    except OSError:
        if not target.is_dir():  # otherwise another process was quicker
            raise
