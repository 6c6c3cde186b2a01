"""Where the configuration is stored."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from services.capture.redact import redact


def file_for_source(data: Path, source: str) -> Path:
    """Return the file that keeps the cameras of a start with ``source`` alone: each source has one of its own."""
    slug = re.sub(r"[^A-Za-z0-9]+", "-", redact(source)).strip("-")[-40:].strip("-").lower() or "source"
    return data / "cameras" / f"{slug}-{hashlib.sha256(source.encode()).hexdigest()[:8]}.yaml"


def text_for_source(source: str) -> str:
    """Return the configuration file of the camera ``main`` alone."""
    return (
        "# Cameras, lines and zones as set in the dashboard; used again when Turnstile is started with this source.\n"
        f"cameras:\n  main:\n    source: {json.dumps(source, ensure_ascii=False)}\n"
    )
