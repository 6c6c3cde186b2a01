"""A small RTSP camera: H.264 over interleaved RTP, as far as a player needs it."""

from __future__ import annotations

import base64
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Self

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from tests.services.capture.support import grey

SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=test\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track1\r\n"
)
PAYLOAD = 1200
FPS = 25


class RtspServer:
    """Plays grey frames of the given levels, in a loop, to whoever connects.

    ``pause`` stops the pictures and leaves the connection open; ``silent`` never answers a request.
    """

    def __init__(self, levels: Sequence[int], *, login: str = "", silent: bool = False) -> None:
        self.pause = threading.Event()
        self.login = login
        self._silent = silent
        self._frames = encode(levels)
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def url(self) -> str:
        login = f"{self.login}@" if self.login else ""
        return f"rtsp://{login}127.0.0.1:{self.port}/live"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self._serve, args=(peer,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: socket.socket) -> None:
        peer.settimeout(0.05)
        with peer:
            for request in self._requests(peer):
                if not self._silent:
                    peer.sendall(self._answer(request))
                    if request.startswith("PLAY"):
                        self._play(peer)
                        return

    def _requests(self, peer: socket.socket) -> Iterator[str]:
        buffer = b""
        while not self._stop.is_set():
            try:
                data = peer.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                return
            if not data:
                return
            buffer += data
            while b"\r\n\r\n" in buffer:
                request, buffer = buffer.split(b"\r\n\r\n", 1)
                yield request.decode()

    def _answer(self, request: str) -> bytes:
        method = request.split(" ", 1)[0]
        sequence = re.search(r"CSeq: *(\d+)", request)
        head = [f"CSeq: {sequence[1] if sequence else 0}"]
        expected = base64.b64encode(self.login.encode()).decode()
        if self.login and method != "OPTIONS" and f"Basic {expected}" not in request:
            return _message("401 Unauthorized", [*head, 'WWW-Authenticate: Basic realm="cam"'])
        if method == "OPTIONS":
            return _message("200 OK", [*head, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"])
        if method == "DESCRIBE":
            return _message("200 OK", [*head, "Content-Type: application/sdp"], SDP)
        if method == "SETUP":
            return _message("200 OK", [*head, "Session: 1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"])
        return _message("200 OK", [*head, "Session: 1"])

    def _play(self, peer: socket.socket) -> None:
        peer.settimeout(5)
        packet_numbers = count()
        began = time.monotonic()
        for number in count():
            if self._stop.wait(1 / FPS):
                return
            if self.pause.is_set():
                continue
            timestamp = round((time.monotonic() - began) * 90000)  # when it was taken, however late that is
            try:
                peer.sendall(rtp(self._frames[number % len(self._frames)], timestamp, packet_numbers))
            except OSError:
                return


def _message(status: str, head: list[str], body: str = "") -> bytes:
    return "\r\n".join([f"RTSP/1.0 {status}", *head, f"Content-Length: {len(body)}", "", body]).encode()


def encode(levels: Sequence[int]) -> list[bytes]:
    """Return one Annex B access unit for each level, the first a key frame."""
    options = {"tune": "zerolatency", "x264-params": f"repeat-headers=1:keyint={len(levels)}:scenecut=0:qp=4"}
    units: list[bytes] = []
    with av.open("/dev/null", "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=FPS, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in levels:
            units += [bytes(p) for p in stream.encode(VideoFrame.from_ndarray(grey(level), format="bgr24"))]
        units += [bytes(p) for p in stream.encode(None)]
    return units


def rtp(unit: bytes, timestamp: int, numbers: Iterator[int]) -> bytes:
    """Return an access unit as interleaved RTP packets (RFC 6184, RFC 2326 section 10.12)."""
    payloads: list[bytes] = []
    for nal in [nal.rstrip(b"\0") for nal in re.split(rb"\x00\x00\x00?\x01", unit) if nal]:
        if len(nal) <= PAYLOAD:
            payloads.append(nal)
            continue
        pieces = [nal[at : at + PAYLOAD] for at in range(1, len(nal), PAYLOAD)]
        for index, piece in enumerate(pieces):
            edge = (0x80 if index == 0 else 0) | (0x40 if index == len(pieces) - 1 else 0)
            payloads.append(bytes([nal[0] & 0xE0 | 28, edge | nal[0] & 0x1F]) + piece)
    out = b""
    for index, payload in enumerate(payloads):
        marker = 0x80 if index == len(payloads) - 1 else 0
        packet = struct.pack(">BBHII", 0x80, marker | 96, next(numbers) & 0xFFFF, timestamp, 7) + payload
        out += struct.pack(">cBH", b"$", 0, len(packet)) + packet
    return out
