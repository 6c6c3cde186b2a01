"""The detector process, seen from the process that shows the pictures."""

from __future__ import annotations

import logging
import mmap
import subprocess
import sys
import tempfile
import threading
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Final, cast

import numpy as np

from services.inference.detector.protocol import BUFFER_BYTES, Answer, Forget, Job, Progress, Question, Refusal
from services.inference.detector.types import Image, ModelInfo, Tracked

log = logging.getLogger(__name__)

# A picture that takes longer than this has met a process that hangs.
ANSWER_SECONDS: Final = 20.0
STOP_SECONDS: Final = 1.0


class DetectorGoneError(Exception):
    """The process died or hangs; the message says how."""


class ModelRefusedError(Exception):
    """The process says that the model cannot be used; the message is one sentence."""


class DetectorProcess:
    """Starts the process, and asks it for the people in one picture after another. One thread uses it at a time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        # An unnamed file, in memory where the system has a place for that: nothing is left behind after a crash.
        shm = Path("/dev/shm")  # noqa: S108 - not a name that somebody could guess: the file has none
        self._file = tempfile.TemporaryFile(dir=shm if shm.is_dir() else None)  # noqa: SIM115 - closed by close()
        self._file.truncate(BUFFER_BYTES)
        self._map = mmap.mmap(self._file.fileno(), BUFFER_BYTES)
        self._buffer = np.frombuffer(self._map, np.uint8)
        self._pipe: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process's id, or None while there is none."""
        return self._process.pid if self._process else None

    def give(self, job: Job) -> None:
        """Have the process do ``job`` from its next start on."""
        self._job = job

    def start(self) -> None:
        """Start the process; the model then loads in it."""
        ours, theirs = Pipe()
        fds = (theirs.fileno(), self._file.fileno())
        command = [sys.executable, "-m", "services.inference.detector.worker", *map(str, fds)]
        with self._lock:
            self._process = subprocess.Popen(command, pass_fds=fds, stdin=subprocess.DEVNULL)  # noqa: S603 - our own
            self._pipe = ours
        theirs.close()
        ours.send(self._job)

    def await_model(self, timeout: float) -> ModelInfo | Progress | None:
        """Wait up to ``timeout`` seconds for the model, or for news of it; None when there is none.

        Raises:
            ModelRefusedError: The model cannot be used.
            DetectorGoneError: The process died.
        """
        pipe = self._require_pipe()
        try:
            if not pipe.poll(timeout):
                return None
            answer: Answer = pipe.recv()
        except (EOFError, OSError) as error:
            raise self._gone() from error
        if isinstance(answer, Refusal):
            raise ModelRefusedError(answer.reason)
        return cast(ModelInfo | Progress, answer)

    def input_buffer(self, height: int, width: int) -> Image:
        """Return the shared picture of (height, width, 3), to be written before :meth:`track`."""
        return self._buffer[: height * width * 3].reshape(height, width, 3)

    def track(self, question: Question) -> Tracked:
        """Return the people in the picture that was written to the buffer.

        Raises:
            DetectorGoneError: The process died or hangs; it has been ended.
        """
        pipe = self._require_pipe()
        try:
            pipe.send(question)
            if not pipe.poll(ANSWER_SECONDS):
                raise self._gone(f"did not answer for {ANSWER_SECONDS:.0f} s")
            return cast(Tracked, pipe.recv())
        except (EOFError, OSError) as error:
            raise self._gone() from error

    def forget(self, camera: str) -> None:
        """Drop the tracks of ``camera``."""
        if self._pipe is not None:
            try:
                self._pipe.send(Forget(camera))
            except OSError:  # it died: there is nothing left to forget, and the next question finds out
                log.debug("no detector to forget %s", camera)

    def stop(self) -> None:
        """End the process, and wait for that. Safe to call from another thread, and twice."""
        with self._lock:
            process, self._process = self._process, None
            pipe, self._pipe = self._pipe, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if pipe is not None:
            pipe.close()

    def close(self) -> None:
        """End the process and give back the shared memory."""
        self.stop()
        self._file.close()  # the map goes with the last view into it

    def _require_pipe(self) -> Connection:
        pipe = self._pipe
        if pipe is None:
            raise DetectorGoneError("is not running")
        return pipe

    def _gone(self, how: str | None = None) -> DetectorGoneError:
        with self._lock:
            process = self._process
        code = None
        if process is not None and how is None:
            try:
                code = process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.debug("the detector closed its pipe but lives")
        self.stop()
        if how is None:
            how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with status {code}"
        return DetectorGoneError(how)
