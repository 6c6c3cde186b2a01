"""The other viewers: many connections, one process, everything discarded.

The kernel discards for us (``MSG_TRUNC`` on TCP), because in truth these viewers sit on other machines.
``python -m tests.bench.readers URL --count 50`` prints ``{"connected": 50}`` when each has received something, and
for every line on its standard input the bytes each connection received so far.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import selectors
import socket
import sys
from typing import Final

from tests.bench.viewer import open_stream

DISCARD_BYTES: Final = 1 << 20


class Readers:
    """Receives from ``count`` connections to ``url`` and counts the bytes."""

    def __init__(self, url: str, count: int) -> None:
        self.received = [0] * count
        self._silent = count
        self._selector = selectors.DefaultSelector()
        # Never written to: the kernel only looks at its size.
        self._buffer = bytearray(DISCARD_BYTES)
        for index in range(count):
            client = open_stream(url)
            client.setblocking(False)
            self._selector.register(client, selectors.EVENT_READ, index)
        self._selector.register(sys.stdin, selectors.EVENT_READ, None)

    def run(self) -> None:
        """Discard until standard input ends."""
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    if not sys.stdin.readline():
                        return
                    print(json.dumps({"received": self.received}), flush=True)
                else:
                    self._discard(key)

    def _discard(self, key: selectors.SelectorKey) -> None:
        client = key.fileobj
        assert isinstance(client, socket.socket)
        size = client.recv_into(self._buffer, DISCARD_BYTES, socket.MSG_TRUNC)
        if not size:
            self._selector.unregister(client)
            client.close()
            return
        if not self.received[key.data]:
            self._silent -= 1
            if not self._silent:
                print(json.dumps({"connected": len(self.received)}), flush=True)
        self.received[key.data] += size


def main() -> None:
    """Read until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        Readers(options.url, options.count).run()


if __name__ == "__main__":
    main()
