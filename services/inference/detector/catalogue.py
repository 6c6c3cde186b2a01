"""Models by name: fetched once from Ultralytics' releases, exported to OpenVINO, kept in a cache."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from services.inference.detector.types import ModelError

AUTO: Final = "auto"
# The best NMS-free model that two cores run at 30 pictures/s.
DEFAULT: Final = "yolo26n"
NAME: Final = re.compile(r"^(yolo26[nsmlx])(\.pt)?$")
RELEASE: Final = "https://github.com/ultralytics/assets/releases/download/v8.4.0"
# Offline is found out by trying, and nobody waits longer for it than this.
CONNECT_SECONDS: Final = 2.0
CHUNK_BYTES: Final = 1 << 18

Progress = Callable[[str], None]


def cache_folder() -> Path:
    """Return where fetched models are kept: ``TURNSTILE_CACHE``, else the user's cache folder."""
    named = os.environ.get("TURNSTILE_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "turnstile"


def find_model(model: str, progress: Progress) -> Path:
    """Return the path of ``model``: itself, if it is one, else the cached model of that name, fetched if need be.

    Args:
        model: A path, a name such as ``yolo26s``, or ``auto`` for the default one.
        progress: Told what is being waited for.

    Raises:
        ModelError: There is no such model, and it cannot be fetched.
    """
    path = Path(model).expanduser()
    if model != AUTO and path.exists():
        return path
    named = NAME.match(DEFAULT if model == AUTO else model)
    if named is None:
        raise ModelError(f"{model}: there is no such model")
    name = named[1]
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
    url = f"{RELEASE}/{name}.pt"
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fetching-", dir=target.parent))
    try:
        progress(f"fetching {name}")
        _download(url, folder / f"{name}.pt", lambda percent: progress(f"fetching {name}: {percent} %"))
        progress(f"exporting {name} to OpenVINO (once)")
        export_to_openvino(folder / f"{name}.pt", target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise ModelError(
            f"model {name} is not in {target.parent} and cannot be fetched ({reason}); give a model with MODEL=PATH"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _download(url: str, path: Path, progress: Callable[[int], None]) -> None:
    if os.environ.get("YOLO_OFFLINE", "").lower() in {"1", "true", "yes"}:
        raise ConnectionError("YOLO_OFFLINE is set")
    with urllib.request.urlopen(url, timeout=CONNECT_SECONDS) as answer, path.open("wb") as file:  # noqa: S310 - https
        total = int(answer.headers.get("Content-Length") or 0)
        done = told = 0
        while chunk := answer.read(CHUNK_BYTES):
            file.write(chunk)
            done += len(chunk)
            percent = 100 * done // total if total else 0
            if percent >= told + 10:
                told = percent
                progress(percent)
