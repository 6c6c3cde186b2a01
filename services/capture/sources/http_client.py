"""One GET request whose answer is read as it comes, and can be broken off from another thread."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from typing import Final
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from services.capture.redact import redact
from services.capture.sources import http_auth
from services.capture.sources.base import SourceError

CONNECT_TIMEOUT_SECONDS: Final = 5.0
READ_TIMEOUT_SECONDS: Final = 10.0
MAX_REDIRECTS: Final = 5
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class HttpStream:
    """The answer to a GET request.

    Args:
        url: ``http://`` or ``https://``, with or without ``user:password@``.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.shown = redact(url)
        self._interrupted = False
        self._socket: socket.socket | None = None
        self._connection: http.client.HTTPConnection | None = None
        self._response: http.client.HTTPResponse | None = None

    def open(self) -> http.client.HTTPMessage:
        """Send the request, follow redirects, answer a demand for credentials; return the answer's headers.

        Raises:
            SourceError: Nobody answers, or not with a 200.
        """
        try:
            return self._get(urlsplit(self._url)).headers
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError(f"{self.shown} {_why(error)}") from error

    def read(self, size: int) -> bytes:
        """Wait for bytes and return what there is, ``size`` at most; nothing means the end.

        Raises:
            SourceError: The connection broke, or nothing came for long.
        """
        if self._response is None:
            raise SourceError(f"{self.shown} is not open")
        try:
            return self._response.read1(size)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError(f"{self.shown} {_why(error)}") from error

    def more_waits(self) -> bool:
        """Say whether bytes lie ready that :meth:`read` would return without waiting."""
        sock = self._socket
        if sock is None:
            return False
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        # poll, not select: that fails where a descriptor's number is 1024 or more.
        poller = select.poll()
        poller.register(sock, select.POLLIN)
        return bool(poller.poll(0))

    def interrupt(self) -> None:
        """Make a read that blocks in another thread return."""
        self._interrupted = True
        sock = self._socket
        if sock is not None:
            try:
                # The plain socket's: SSLSocket.shutdown would pull TLS from under the thread that reads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                return  # closed meanwhile, which is what was wanted

    def close(self) -> None:
        """Close the connection."""
        if self._response is not None:
            self._response.close()
        if self._connection is not None:
            self._connection.close()
        self._response = self._connection = self._socket = None

    def _get(self, parts: SplitResult) -> http.client.HTTPResponse:
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        authorization = http_auth.basic(user, password) if user else None
        challenged = False
        for _ in range(MAX_REDIRECTS):
            response = self._request(parts, authorization)
            if response.status == http.client.OK:
                self._response = response
                return response
            if response.status in REDIRECTS and (location := response.headers.get("Location")):
                target = urlsplit(urljoin(parts.geturl(), location))
                if target.hostname != parts.hostname:
                    authorization = None  # credentials are for the host that they were given for
                parts = target
            elif response.status == http.client.UNAUTHORIZED and user and authorization and not challenged:
                challenged = True
                challenges = response.headers.get_all("WWW-Authenticate") or []
                authorization = http_auth.answer(challenges, user, password, method="GET", uri=_path(parts))
            else:
                raise SourceError(f"{self.shown} answers {_status(response, bool(user))}")
        raise SourceError(f"{self.shown} redirects too often")

    def _request(self, parts: SplitResult, authorization: str | None) -> http.client.HTTPResponse:
        self.close()
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        if parts.scheme not in kinds or not parts.hostname:
            raise SourceError(f"{self.shown} leads to no http:// or https:// address")
        connection = kinds[parts.scheme](parts.hostname, parts.port, timeout=CONNECT_TIMEOUT_SECONDS)
        self._connection = connection
        connection.connect()
        # Kept, because the connection forgets it where the answer is to end with it.
        self._socket = connection.sock
        connection.sock.settimeout(READ_TIMEOUT_SECONDS)
        headers = {"User-Agent": "turnstile", "Accept": "multipart/x-mixed-replace, image/jpeg, */*;q=0.1"}
        if authorization:
            headers["Authorization"] = authorization
        if self._interrupted:
            raise SourceError(f"{self.shown} was given up")
        connection.request("GET", _path(parts), headers=headers)
        response: http.client.HTTPResponse = connection.getresponse()
        return response


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _status(response: http.client.HTTPResponse, has_credentials: bool) -> str:
    if response.status == http.client.UNAUTHORIZED:
        hint = "user or password are wrong" if has_credentials else "give user and password as http://USER:PASSWORD@…"
        return f"401: {hint}"
    return f"{response.status} {response.reason}".rstrip()


def _why(error: Exception) -> str:
    """Return the end of a sentence; never the error's own text where that could repeat the address."""
    if isinstance(error, ssl.SSLError):
        return f"cannot be trusted or understood over TLS: {error.reason or type(error).__name__}"
    for kind, why in _CAUSES.items():
        if isinstance(error, kind):
            return why
    return f"cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}"


# The first that fits is told, so the special ones stand first.
_CAUSES: Final[dict[type[Exception], str]] = {
    TimeoutError: "does not answer",
    ConnectionRefusedError: "refuses the connection: nothing listens there",
    socket.gaierror: "cannot be found: its name is not known",
    ConnectionError: "closed the connection",
    http.client.RemoteDisconnected: "closed the connection",
    http.client.InvalidURL: "is no valid address",
    http.client.HTTPException: "does not speak HTTP",
    ValueError: "is no valid address",
}
