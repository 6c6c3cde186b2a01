"""One service as a child process that is started again when it dies."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from services.common.backoff import Backoff
from services.common.errors import EXIT_USAGE

log = logging.getLogger(__name__)

RESTART_FIRST_SECONDS: Final = 1.0
RESTART_MAX_SECONDS: Final = 30.0
# A service that ran this long was well: when it dies, the first restart is quick again.
STEADY_SECONDS: Final = 60.0
# A service ends itself 2.5 s after it was asked to (lifecycle.STOP_DEADLINE_SECONDS); later it is killed.
KILL_AFTER_SECONDS: Final = 3.0


class Child:
    """Runs ``turnstile NAME`` for as long as it is wanted.

    Args:
        name: The service.
        environment: Of the process.
        refused: Called with its name when it ends at its first start because of what was asked of it.
    """

    def __init__(self, name: str, environment: Mapping[str, str], refused: Callable[[str], None]) -> None:
        self.name = name
        self._environment = environment
        self._refused = refused
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep_running, name=f"child-{name}", daemon=True)

    def start(self) -> None:
        """Start the process."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the process to end."""
        with self._lock:
            self._stopping.set()
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
                self._process.terminate()

    def join(self, deadline: float) -> None:
        """Wait for the process until ``deadline`` (monotonic seconds), then kill it."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        process = self._process
        if process is not None and process.poll() is None:
            log.warning("%s does not end, killing it", self.name)
            process.kill()
        self._thread.join()

    def _keep_running(self) -> None:
        backoff = Backoff(RESTART_FIRST_SECONDS, RESTART_MAX_SECONDS)
        ran_well = False
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._run_once()
            if self._stopping.is_set():
                return
            lasted = time.monotonic() - started
            if code == EXIT_USAGE and not ran_well:
                self._refused(self.name)
                return
            ran_well = True
            if lasted > STEADY_SECONDS:
                backoff.reset()
            delay = backoff.delay()
            how = f"was ended by signal {-code}" if code < 0 else f"ended with status {code}"
            log.error("%s %s; starting it again in %.0f s", self.name, how, delay)
            self._stopping.wait(delay)

    def _run_once(self) -> int:
        command = [sys.executable, "-m", "services.cli", self.name]
        with self._lock:
            if self._stopping.is_set():
                return 0
            # Its standard input ends when we do, however we end: then it ends too.
            process = subprocess.Popen(command, env=self._environment, stdin=subprocess.PIPE)  # noqa: S603 - our own
            self._process = process
        code = process.wait()
        if process.stdin is not None:
            process.stdin.close()
        return code
