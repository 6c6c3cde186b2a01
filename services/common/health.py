"""What a container's health check runs: ``python -SE services/common/health.py PORT``. Imports next to nothing.

Exits 0 when the service in this container is in order; else 1 and one sentence, which ``docker inspect`` shows.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from typing import Final

TIMEOUT_SECONDS: Final = 2.0
ENOUGH_BYTES: Final = 4096


def main(arguments: list[str]) -> int:
    """Print how the service is and return the exit status."""
    trouble = refusal() or trouble_of(int(arguments[0]))
    print(trouble or "in order")
    return 1 if trouble else 0


def refusal() -> str:
    """Return why the service refused to start, empty if it did not."""
    try:
        with open(os.environ.get("TURNSTILE_REFUSAL", ""), encoding="utf-8") as file:  # noqa: PTH123 - a quick start
            return file.read().strip()
    except OSError:
        return ""


def trouble_of(port: int) -> str:
    """Return what is wrong with whoever serves ``port`` on this machine, empty if it answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(ENOUGH_BYTES), b""))
    except OSError as error:
        return f"nobody answers on port {port}: {error}"
    head, _, body = answer.partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"]:
        return f"port {port} answers {head[:80]!r}"
    try:
        return str(json.loads(body).get("trouble", ""))
    except (ValueError, AttributeError):
        return f"port {port} answers {body[:80]!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
