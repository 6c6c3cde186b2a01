"""From the configuration's ``model`` to one on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from services.common.errors import UsageError

AUTO: Final = "auto"
# What Ultralytics fetches by name when it is online; the best NMS-free model that two cores can run.
DEFAULT_NAME: Final = "yolo26n.pt"


def cache_folder() -> Path:
    """Return where fetched models are kept: ``TURNSTILE_CACHE``, else the user's cache folder."""
    named = os.environ.get("TURNSTILE_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "turnstile"


def resolve_model(model: str) -> Path:
    """Return the path of ``model``.

    Raises:
        UsageError: There is no such model here.
    """
    if model != AUTO:
        path = Path(model).expanduser()
        if not path.exists():
            raise UsageError(f"model {model}: there is no such file or folder")
        return path
    exported = cache_folder() / "yolo26n_openvino_model"
    if exported.is_dir():
        return exported
    raise UsageError(f"model auto: no model is cached in {cache_folder()}; give one with MODEL=PATH")
