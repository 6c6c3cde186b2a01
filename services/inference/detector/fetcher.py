"""The process that fetches a model while another one counts.

Its export takes half a minute of a processor and holds Python's lock; here it disturbs nobody.
"""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from services.inference.detector.catalogue import Release, fetch
from services.inference.detector.protocol import Refusal
from services.inference.detector.types import ModelError

# It takes what everybody else leaves.
NICE: Final = 19


def main(pipe_fd: int) -> None:
    """Fetch what the other end of ``pipe_fd`` asks for; answer with a refusal, or None where all went well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in order
    os.nice(NICE)
    pipe = Connection(pipe_fd)
    asked: tuple[Release, Path] = pipe.recv()
    answer = None
    try:
        fetch(*asked, lambda _: None)
    except ModelError as error:
        answer = Refusal(str(error))
    pipe.send(answer)


if __name__ == "__main__":
    main(int(sys.argv[1]))
