"""Fetches a file, and finds out quickly that there is no way to it."""

from __future__ import annotations

import http.client
import os
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Final, cast

# Nobody waits longer than this to learn that the machine is offline.
ANSWER_SECONDS: Final = 2.0
# A transfer that brings nothing for this long is over.
STALL_SECONDS: Final = 20.0
CHUNK_BYTES: Final = 1 << 18
TOLD_PERCENT: Final = 10


class OfflineError(Exception):
    """The file cannot be had; the message says why."""


def is_forbidden() -> bool:
    """Return whether nothing may be fetched here: ``YOLO_OFFLINE`` is set."""
    return os.environ.get("YOLO_OFFLINE", "").lower() in {"1", "true", "yes"}


def download(url: str, path: Path, progress: Callable[[int], None]) -> None:
    """Fetch ``url`` into ``path``.

    Args:
        url: https.
        path: Written; incomplete after an error.
        progress: Told the percentage, every ten.

    Raises:
        OfflineError: There is no connection, no answer, or the transfer broke off.
        OSError: ``path`` cannot be written.
    """
    if is_forbidden():
        raise OfflineError("YOLO_OFFLINE is set")
    with _answer(url) as answer, path.open("wb") as file:
        total = int(answer.headers.get("Content-Length") or 0)
        done = told = 0
        while chunk := _read(answer):
            file.write(chunk)
            done += len(chunk)
            percent = 100 * done // total if total else 0
            if percent >= told + TOLD_PERCENT:
                told = percent
                progress(percent)
    if done < total:
        raise OfflineError(f"the transfer broke off after {done} of {total} bytes")


def _answer(url: str) -> HTTPResponse:
    """Return the answer to a GET, or give up in time: looking up a name can take longer than any socket timeout."""
    outcome: queue.SimpleQueue[HTTPResponse | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            outcome.put(cast(HTTPResponse, urllib.request.urlopen(url, timeout=STALL_SECONDS)))  # noqa: S310 - ours
        except (OSError, http.client.HTTPException) as error:
            outcome.put(error)

    threading.Thread(target=ask, name="download", daemon=True).start()
    try:
        answer = outcome.get(timeout=ANSWER_SECONDS)
    except queue.Empty:
        raise OfflineError(f"no answer within {ANSWER_SECONDS:.0f} s") from None
    if isinstance(answer, Exception):
        raise OfflineError(str(getattr(answer, "reason", answer))) from answer
    return answer


def _read(answer: HTTPResponse) -> bytes:
    try:
        return answer.read(CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise OfflineError(f"the transfer broke off: {error}") from error
