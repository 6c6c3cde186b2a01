"""Keeps trying to fetch a model that could not be had when the detector started."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Pipe
from pathlib import Path
from typing import Final

from services.common.backoff import Backoff
from services.inference.detector.catalogue import Release, fetching_folder, release
from services.inference.detector.protocol import Refusal
from services.inference.detector.types import Missing

log = logging.getLogger(__name__)

FIRST_SECONDS: Final = 60.0
LONGEST_SECONDS: Final = 1800.0


class ModelSearch:
    """Tries to fetch a model, ever more rarely, until it is in the cache. One thread at a time uses it.

    Args:
        arrived: Called from a thread of this once the model is there.
    """

    def __init__(self, arrived: Callable[[], None]) -> None:
        self._arrived = arrived
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[bytes] | None = None

    def follow(self, missing: Missing | None) -> None:
        """Search for ``missing`` from now on, in the background; for nothing where that is None."""
        if missing is None:
            self.stop()
        elif self._thread is None or not self._thread.is_alive():
            self._over.clear()
            self._thread = threading.Thread(target=self._run, args=(missing,), name="model-search", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the search and leave nothing half fetched. Safe to call without one, and twice."""
        with self._lock:
            self._over.set()
            if self._helper is not None:
                self._helper.kill()
        if self._thread is not None:
            self._thread.join()

    def _run(self, missing: Missing) -> None:
        pauses = Backoff(FIRST_SECONDS, LONGEST_SECONDS)
        told = missing.cause
        while not self._over.wait(pauses.delay()):
            cause = self._try(release(missing.name))
            if self._over.is_set():
                return
            if not cause:
                log.info("%s is there now and takes over", missing.name)
                self._arrived()
                return
            if cause != told:
                log.warning("%s; it is tried again now and then", cause)
                told = cause

    def _try(self, wanted: Release) -> str:
        """Return why ``wanted`` cannot be had; nothing if it is in the cache now."""
        if wanted.target.is_dir():  # somebody else has fetched it
            return ""
        try:
            with fetching_folder() as folder:
                return self._fetch(wanted, folder)
        except OSError as error:
            return f"Model {wanted.name} cannot be fetched: {error.filename}: {error.strerror}"

    def _fetch(self, wanted: Release, folder: Path) -> str:
        """Have it fetched in a process of its own, which may be ended at any moment and is no burden to this one."""
        ours, theirs = Pipe()
        command = [sys.executable, "-m", "services.inference.detector.fetcher", str(theirs.fileno())]
        with ours, theirs:
            with self._lock:
                if self._over.is_set():
                    return ""
                environment = {**os.environ, "OMP_NUM_THREADS": "1"}
                self._helper = subprocess.Popen(  # noqa: S603 - our own
                    command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, env=environment
                )
            theirs.close()
            try:
                ours.send((wanted, folder))
                answer: Refusal | None = ours.recv()
            except (EOFError, OSError):
                answer = Refusal(f"Model {wanted.name} cannot be fetched: the process that does it died")
            status = self._helper.wait()
            log.debug("the fetcher ended with status %d", status)
            with self._lock:
                self._helper = None
        return answer.reason if answer is not None else ""
