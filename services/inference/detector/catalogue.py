"""Models by name: fetched once from Ultralytics, exported and cached; and the one that came with Turnstile."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.inference.detector.checksum import verify, verify_folder
from services.inference.detector.download import OfflineError, download
from services.inference.detector.types import ModelError

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
    """

    path: Path
    name: str
    notice: str = ""


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
        ModelError: There is no such model, and it cannot be fetched.
    """
    if model == AUTO:
        return built_in() if drawn else _best(progress)
    path = Path(model).expanduser()
    if path.exists():
        return Found(path, model)
    named = NAME.match(model)
    if named is None:
        raise ModelError(f"{model}: there is no such model")
    return Found(_cached(named[1], progress), named[1])


def built_in(notice: str = "") -> Found:
    """Return the model that came with Turnstile.

    Raises:
        ModelError: One of its files is missing, or not the one that was released.
    """
    verify_folder(BUILT_IN)
    return Found(BUILT_IN, BUILT_IN_NAME, notice)


def _best(progress: Progress) -> Found:
    try:
        return Found(_cached(DEFAULT, progress), DEFAULT)
    except ModelError as error:
        return built_in(
            f"The built-in detector counts here: it knows drawn people and misses real ones, so do not trust these "
            f"counts. {error}."
        )


def _cached(name: str, progress: Progress) -> Path:
    exported = cache_folder() / f"{name}_openvino_model"
    if not exported.is_dir():
        _fetch_and_export(name, exported, progress)
    return exported


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


def _fetch_and_export(name: str, target: Path, progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fetching-", dir=target.parent))
    weights = folder / f"{name}.pt"
    try:
        progress(f"fetching {name}")
        download(f"{RELEASE}/{name}.pt", weights, lambda percent: progress(f"fetching {name}: {percent} %"))
        verify(weights, RELEASED[name])
        progress(f"exporting {name} to OpenVINO (once)")
        export_to_openvino(weights, target)
    except OfflineError as error:
        raise ModelError(
            f"Model {name} is not in {target.parent} and cannot be fetched ({error}); give a model with MODEL=PATH"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
