"""From what a client sends to what a camera is to be, and what is written of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from services.capture.redact import redact
from services.common.config import CameraConfig

PARTS: Final = ("lines", "zones")
OUTSIDE: Final = "lies outside the picture; coordinates are fractions of it, from 0 to 1"
BAD_NAME: Final = "a name has 1 to 63 letters, digits, _ or -, and starts with a letter or digit"


def merged(known: CameraConfig | None, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the camera ``known`` with ``keys`` set; None takes a key back to its default."""
    tree = known.model_dump(mode="json", by_alias=True) if known else {}
    tree |= keys
    # A page shows sources without their secrets: what comes back as it was shown is meant to stay.
    if known and tree.get("source") == redact(known.source):
        tree["source"] = known.source
    return {key: value for key, value in tree.items() if value is not None}


def to_store(wanted: CameraConfig, keys: Mapping[str, Any], known: CameraConfig | None = None) -> dict[str, Any]:
    """Return the ``keys`` as they are to stand in the file: as short as possible, None for what is left out.

    Args:
        wanted: The camera that they make.
        keys: Those that are set.
        known: The camera as it was.
    """
    short = wanted.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    stored = {key: short.get(key) for key in keys}
    if known and wanted.source == known.source:
        stored.pop("source", None)
    if any(key in keys for key in PARTS):
        # Both are written, since a camera without any gets a default line.
        stored |= {key: short.get(key, {}) for key in PARTS if keys.get(key, {}) is not None}
    return stored


def describe(name: str, keys: Mapping[str, Any]) -> str:
    """Say what a change is about."""
    return f"{', '.join(sorted(keys)) or 'nothing'} of {name}"


def mistakes(error: ValidationError) -> str:
    """Return one sentence for each mistake; values are left out, since a source may hold a password."""
    sentences = (_sentence(e["loc"], e["type"], e["msg"]) for e in error.errors())
    return "; ".join(dict.fromkeys(sentences))


def _sentence(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    parts = [str(part) for part in loc if part != "[key]"]
    if parts[:1] and parts[0] in PARTS and kind in ("less_than_equal", "greater_than_equal"):
        return f"{parts[0][:-1]} {parts[1]}: {OUTSIDE}"
    if kind == "string_pattern_mismatch":
        message = BAD_NAME
    message = message.removeprefix("Value error, ")
    return f"{'.'.join(parts) or 'camera'}: {message[:1].lower()}{message[1:]}"
