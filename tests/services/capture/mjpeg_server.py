"""A camera's web server: real HTTP, one stream for each viewer, every habit that such servers have."""

from __future__ import annotations

import hashlib
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


@dataclass(frozen=True, slots=True)
class Style:
    """How a server writes its stream.

    Attributes:
        boundary: As announced in the header, quotes included.
        delimiter: As it stands between the parts.
        length: Whether each part tells its length.
        chunked: Whether the body is chunked, as HTTP/1.1 allows.
        trailing: Whether the delimiter follows each picture at once instead of preceding the next.
    """

    boundary: str = "frame"
    delimiter: str = "--frame"
    length: bool = True
    chunked: bool = False
    trailing: bool = False


class MjpegServer:
    """Sends what :meth:`send` is given to everybody who watches ``/stream``."""

    def __init__(self, style: Style | None = None, *, port: int = 0, login: str = "", digest: bool = False) -> None:
        self.style = style or Style()
        self.login = login
        self.digest = digest
        self.requests: list[str] = []
        self.snapshot = b""
        self._viewers: set[_Handler] = set()
        self._lock = threading.Condition()
        server = self

        class Handler(_Handler):
            owner = server

        self._http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        login = f"{self.login}@" if self.login else ""
        return f"http://{login}127.0.0.1:{self.port}/stream"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End at once, as a pulled plug would: every stream breaks."""
        self._http.shutdown()
        self._http.server_close()
        with self._lock:
            viewers, self._viewers = self._viewers, set()
            self._lock.notify_all()
        for viewer in viewers:
            viewer.ended.wait(5)

    def await_viewers(self, number: int = 1) -> None:
        with self._lock:
            assert self._lock.wait_for(lambda: len(self._viewers) >= number, 20), "nobody came to watch"

    def send(self, *jpegs: bytes) -> None:
        """Send each picture as a part, all in one go."""
        self.send_raw(b"".join(self._part(jpeg) for jpeg in jpegs))

    def send_raw(self, data: bytes) -> None:
        with self._lock:
            viewers = list(self._viewers)
        for viewer in viewers:
            viewer.write(data)

    def _part(self, jpeg: bytes) -> bytes:
        length = f"Content-Length: {len(jpeg)}\r\n" if self.style.length else ""
        head = f"Content-Type: image/jpeg\r\n{length}\r\n".encode()
        delimiter = self.style.delimiter.encode()
        if self.style.trailing:
            return head + jpeg + b"\r\n" + delimiter + b"\r\n"
        return delimiter + b"\r\n" + head + jpeg + b"\r\n"

    def attend(self, handler: _Handler) -> None:
        with self._lock:
            self._viewers.add(handler)
            self._lock.notify_all()
            self._lock.wait_for(lambda: handler not in self._viewers)

    def leave(self, handler: _Handler) -> None:
        with self._lock:
            self._viewers.discard(handler)
            self._lock.notify_all()


class _Handler(BaseHTTPRequestHandler):
    owner: MjpegServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.ended = threading.Event()

    def finish(self) -> None:
        super().finish()
        self.ended.set()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        return

    def do_GET(self) -> None:
        self.owner.requests.append(self.path)
        if self.path == "/moved":
            self._answer(302, Location="/stream")
        elif self.path == "/page":
            self._answer(200, b"", **{"Content-Type": "text/html"})
        elif self.path == "/snapshot":
            self._answer(200, self.owner.snapshot, **{"Content-Type": "image/jpeg"})
        elif self.path != "/stream":
            self._answer(404)
        elif self.owner.login and not self._admitted():
            challenge = (
                'Digest realm="cam", nonce="abc", qop="auth", opaque="o"' if self.owner.digest else 'Basic realm="cam"'
            )
            self._answer(401, b"", **{"WWW-Authenticate": challenge})
        else:
            self._stream()

    def write(self, data: bytes) -> None:
        if self.owner.style.chunked:
            data = b"%x\r\n%s\r\n" % (len(data), data)
        try:
            self.wfile.write(data)
        except OSError:
            self.owner.leave(self)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        style = self.owner.style
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={style.boundary}")
        if style.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if style.trailing:
            self.write(style.delimiter.encode() + b"\r\n")
        self.owner.attend(self)

    def _admitted(self) -> bool:
        header = self.headers.get("Authorization", "")
        if not self.owner.digest:
            from services.capture.sources import http_auth

            return header == http_auth.basic(*self.owner.login.split(":"))
        fields = dict(re.findall(r'(\w+)="?([^",]+)', header))
        user, password = self.owner.login.split(":")
        ours, theirs = _md5(f"{user}:cam:{password}"), _md5("GET:/stream")
        tail = f"{fields.get('nc')}:{fields.get('cnonce')}:auth:{theirs}"
        return header.startswith("Digest") and fields.get("response") == _md5(f"{ours}:abc:{tail}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
