"""The configuration file, followed while the service runs."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from watchfiles import watch

from services.common.config import Config, load_config
from services.common.errors import UsageError

log = logging.getLogger(__name__)

# Also looked at without being told: not every file system (a bind mount, NFS) tells of changes made elsewhere.
LOOK_EVERY_MS: Final = 1000


class ConfigFollower:
    """Reads the file again whenever it changed, from a thread of its own.

    A file with mistakes is reported once, sentence by sentence, and what was before stays.

    Args:
        path: The file.
        apply: Takes a new configuration over.
    """

    def __init__(self, path: Path, apply: Callable[[Config], None]) -> None:
        self._path = path
        self._apply = apply
        self._stop = threading.Event()
        self._seen = _content(path)
        self._thread = threading.Thread(target=self._run, name="config", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        # The folder, not the file: editors put a new file in its place, Kubernetes a new symbolic link.
        changes = watch(
            self._path.absolute().parent,
            recursive=False,
            stop_event=self._stop,
            debounce=200,
            rust_timeout=LOOK_EVERY_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        for _ in changes:
            self._look()

    def _look(self) -> None:
        content = _content(self._path)
        if content == self._seen:
            return
        self._seen = content
        try:
            config = load_config(self._path, env=os.environ)
        except UsageError as error:
            log.warning("the changed configuration is not used: %s", "; ".join(error.problems))
            return
        log.info("%s changed: taking it over", self._path)
        self._apply(config)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
