"""How any service starts and stops: signals, a parent that vanished, and mistakes told in one sentence."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

from services.common.errors import EXIT_FAILURE, EXIT_USAGE, UsageError
from services.common.logs import set_up_logging
from services.common.refusal import clear as forget_refusal
from services.common.refusal import hold
from services.common.settings import Settings, load_settings

log = logging.getLogger(__name__)

# Set by `turnstile up` for its children: standard input is a pipe whose end of file says that the parent is gone.
SUPERVISED: Final = "TURNSTILE_SUPERVISED"
# A process that has not ended this long after it was asked to is stuck in a library: it is ended without ceremony.
STOP_DEADLINE_SECONDS: Final = 2.5


class Stop:
    """Says to every loop of a process that it is time to end.

    Args:
        deadline: Seconds after which a process that has been asked and has not ended is ended.
    """

    def __init__(self, deadline: float = STOP_DEADLINE_SECONDS) -> None:
        self._deadline = deadline
        self._event = threading.Event()
        self._callbacks: list[Callable[[], None]] = []

    def set(self) -> None:
        """Ask the process to end; safe in a signal handler and to call again."""
        if self._event.is_set():
            return
        self._event.set()
        deadline = threading.Timer(self._deadline, self._end_now)
        deadline.daemon = True
        deadline.start()
        for callback in self._callbacks:
            callback()

    def on_set(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` once when the process is asked to end, from whichever thread asks."""
        self._callbacks.append(callback)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the process is to end, ``timeout`` seconds at most; return whether it is."""
        return self._event.wait(timeout)

    def __bool__(self) -> bool:
        return self._event.is_set()

    def _end_now(self) -> None:
        log.warning("did not stop within %.1f s, ending now", self._deadline)
        os._exit(0)


def run_service(
    name: str, body: Callable[[Settings, Stop], None], *, stop_deadline: float = STOP_DEADLINE_SECONDS
) -> int:
    """Run ``body`` as the main thread of the service ``name`` and return the process's exit status.

    SIGTERM, SIGINT and, under ``turnstile up``, the end of the parent ask it to stop; so does a thread that fails.
    """
    stop = Stop(stop_deadline)
    failures: list[str] = []

    def fail(failure: threading.ExceptHookArgs) -> None:
        # A service without one of its threads would look alive and do nothing. It is ended, and started anew.
        thread = failure.thread.name if failure.thread else "a thread"
        trace = (failure.exc_type, failure.exc_value or failure.exc_type(), failure.exc_traceback)
        log.critical("%s failed", thread, exc_info=trace)
        failures.append(thread)
        stop.set()

    threading.excepthook = fail
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_stop_with_parent, args=(stop,), name="parent", daemon=True).start()
    forget_refusal()
    try:
        settings = load_settings()
        set_up_logging(name, level=settings.log_level, style=settings.log_format)
        body(settings, stop)
    except UsageError as error:
        for problem in error.problems:
            print(f"turnstile {name}: {problem}", file=sys.stderr)
        hold(error.problems, stop.wait)
        return EXIT_USAGE
    return EXIT_FAILURE if failures else 0


def _stop_with_parent(stop: Stop) -> None:
    while os.read(0, 1):
        pass
    stop.set()
