"""The processes of a run: started in groups of their own, heard line by line, and always ended."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
STOP_SECONDS: Final = 8.0
LOG_TAIL_LINES: Final = 15
# What is counted here is not to be found among the counts of this machine.
_DATA: Final = TemporaryDirectory(prefix="turnstile-bench-")


class BenchError(RuntimeError):
    """A measurement that could not be made; the message is a sentence for people."""


class Process:
    """A command in a process group of its own, ended when the ``with`` block ends.

    Args:
        name: For its log file and for messages.
        command: What to run, from the root of the checkout.
        logs: Folder for the log: all it says but, with ``talks``, its standard output.
        talks: Whether its standard output is JSON lines for us.
    """

    def __init__(self, name: str, command: Sequence[str], logs: Path, *, talks: bool) -> None:
        self.name = name
        self._log = logs / f"{name}.log"
        with self._log.open("wb") as log:
            self._popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if talks else log,
                stderr=log,
                start_new_session=True,
            )
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name=f"listen-{name}", daemon=True)
        self._listener.start()

    @classmethod
    def of_module(cls, module: str, *arguments: object, logs: Path, talks: bool = True) -> Self:
        """Run one of this package's modules."""
        command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
        return cls(module, command, logs, talks=talks)

    @property
    def pid(self) -> int:
        """Its process id, and its group's."""
        return self._popen.pid

    def ask(self, timeout: float, line: object = "") -> dict[str, Any]:
        """Write a line to its standard input and return the JSON it answers with.

        Raises:
            BenchError: It ended, or did not answer in ``timeout`` seconds.
        """
        stdin = self._popen.stdin
        if stdin is not None and not stdin.closed:
            try:
                stdin.write(f"{line}\n".encode())
                stdin.flush()
            except BrokenPipeError as error:
                raise self.failure("has ended") from error
        return self.hear(timeout)

    def hear(self, timeout: float) -> dict[str, Any]:
        """Return the next JSON line that it prints.

        Raises:
            BenchError: It ended, or said nothing for ``timeout`` seconds.
        """
        try:
            line = self._lines.get(timeout=timeout)
        except queue.Empty:
            raise self.failure(f"said nothing for {timeout:.0f} s") from None
        if not line:
            self._popen.wait(STOP_SECONDS)
            raise self.failure(f"ended with status {self._popen.returncode}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def check_alive(self) -> None:
        """Do nothing while it runs.

        Raises:
            BenchError: It has ended.
        """
        if self._popen.poll() is not None:
            raise self.failure(f"ended with status {self._popen.returncode}")

    def failure(self, what: str) -> BenchError:
        """Return an error that quotes the end of the log."""
        tail = "\n  ".join(self._log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
        return BenchError(f"{self.name} {what}; the end of its log:\n  {tail}")

    def stop(self) -> None:
        """End the whole group: asked first, forced after eight seconds."""
        if self._popen.stdin is not None and not self._popen.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it ended before it had read all: it is to end anyway
                self._popen.stdin.close()
        self._signal(signal.SIGINT)
        try:
            self._popen.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"{self.name} did not end in {STOP_SECONDS:.0f} s and was killed", file=sys.stderr)
        self._signal(signal.SIGKILL)  # and whatever it left behind in its group
        self._popen.wait()
        self._listener.join(STOP_SECONDS)
        if self._popen.stdout is not None:
            self._popen.stdout.close()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # the group is empty
            os.killpg(self.pid, number)

    def _listen(self) -> None:
        if self._popen.stdout is not None:
            for line in self._popen.stdout:
                self._lines.put(line)
            self._lines.put(b"")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _environment() -> dict[str, str]:
    # What somebody set for their own cameras must not change what is measured.
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("TURNSTILE_", "CAMERA_USB_"))}
    return {**kept, "YOLO_AUTOINSTALL": "false", "TURNSTILE_DATA_DIR": _DATA.name}
