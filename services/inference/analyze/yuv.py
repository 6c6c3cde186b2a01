"""Pictures as an encoder wants them: 4:2:0, of even width and height."""

from __future__ import annotations

import cv2
import numpy as np
from av.video.frame import VideoFrame

from services.inference.detector.types import Image


def even(length: int) -> int:
    """Return ``length``, or one more where that is odd."""
    return length + length % 2


class YuvConverter:
    """Turns BGR pictures of one size into frames for an encoder.

    Args:
        width: Of the pictures, pixels; an odd one gains a column.
        height: Likewise, a row.
    """

    def __init__(self, width: int, height: int) -> None:
        self._right, self._bottom = width % 2, height % 2
        # Used again for each picture: new memory would be cleared by the kernel first, page by page.
        self._yuv: Image = np.empty((even(height) * 3 // 2, even(width)), np.uint8)

    def convert(self, image: Image) -> VideoFrame:
        """Return ``image`` as yuv420p, by BT.601; it lasts until the next one is converted."""
        if self._right or self._bottom:
            padded = cv2.copyMakeBorder(image, 0, self._bottom, 0, self._right, cv2.BORDER_REPLICATE)
            image = padded.astype(np.uint8, copy=False)
        # Half of what swscale takes for it, and nearer to the colours that were there.
        cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420, dst=self._yuv)
        return VideoFrame.from_numpy_buffer(self._yuv, format="yuv420p")
