"""The design that everybody writes first, to measure ours against.

One process: a thread reads the camera with OpenCV, a thread runs ``model.track`` and ``plot``, and each viewer has an
async generator that sleeps 33 ms and encodes the newest picture for itself. Deliberately not improved.
"""

from __future__ import annotations

import argparse
import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import cv2
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from ultralytics.models import YOLO


class PlainCounter:
    """The newest frame and the newest annotated frame, each written by a thread and read by whoever comes."""

    def __init__(self, source: str, model: Path) -> None:
        self._video = cv2.VideoCapture(source)
        self._model = YOLO(model, task="detect")
        self._frame: Any = None
        self._unseen = threading.Event()
        self.annotated: Any = None

    def start(self) -> None:
        """Begin to read and to detect."""
        threading.Thread(target=self._read, name="read", daemon=True).start()
        threading.Thread(target=self._detect, name="detect", daemon=True).start()

    def _read(self) -> None:
        while True:
            ok, frame = self._video.read()
            if not ok:
                return
            self._frame = frame
            self._unseen.set()

    def _detect(self) -> None:
        while True:
            self._unseen.wait()
            self._unseen.clear()
            results = self._model.track(self._frame, persist=True, classes=[0], verbose=False)
            self.annotated = next(iter(results)).plot()


def make_app(counter: PlainCounter) -> FastAPI:
    """Return the application: one stream, encoded for each viewer anew."""
    app = FastAPI()

    async def pictures() -> AsyncIterator[bytes]:
        while True:
            if counter.annotated is not None:
                _, jpeg = cv2.imencode(".jpg", counter.annotated, [cv2.IMWRITE_JPEG_QUALITY, 80])
                yield b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg.tobytes() + b"\r\n"
            await asyncio.sleep(0.033)

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(pictures(), media_type="multipart/x-mixed-replace; boundary=frame")

    @app.get("/ready")
    async def ready() -> bool:
        return counter.annotated is not None

    return app


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    counter = PlainCounter(options.source, options.model)
    counter.start()
    uvicorn.run(make_app(counter), host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
