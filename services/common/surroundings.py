"""Where this process runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))


def in_container() -> bool:
    """Return whether this process runs in a container of Docker or Podman, or in a pod."""
    return any(mark.exists() for mark in CONTAINER_MARKS) or "KUBERNETES_SERVICE_HOST" in os.environ
