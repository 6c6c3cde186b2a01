"""The annotated video, as a browser would read it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from services.inference.analyze.writer import VideoWriter
from services.inference.detector.types import Image

RED: Image = np.full((48, 64, 3), (30, 40, 200), np.uint8)


def test_browsers_can_play_it_before_it_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        for number in range(25):
            writer.add(RED, number / 10, 0.1)
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        frames = list(container.decode(stream))
        assert stream.frames == len(frames) == 25
        assert float((stream.duration or 0) * (stream.time_base or 0)) == pytest.approx(2.5, abs=0.01)
    assert frames[-1].time == pytest.approx(2.4, abs=0.001)


def test_colours_stay(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        writer.add(RED, 0, 0.1)
    with av.open(str(path)) as container:
        (frame,) = container.decode(video=0)
    assert frame.to_ndarray(format="bgr24")[10:40, 10:50].mean(axis=(0, 1)) == pytest.approx((30, 40, 200), abs=5)


@pytest.mark.parametrize("low_latency", [False, True])
def test_times_of_any_rate_are_kept(low_latency: bool, tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    times = [0.0, 0.033, 0.5, 0.52, 2.0]
    with VideoWriter(path, 64, 48, 30, low_latency=low_latency) as writer:
        for index, seconds in enumerate(times):
            writer.add(np.full((48, 64, 3), 40 * index, np.uint8), seconds, 0.033)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=0.001)
    levels = [frame.to_ndarray(format="bgr24").mean() for frame in frames]
    assert levels == pytest.approx([0, 40, 80, 120, 160], abs=6)


def test_an_odd_picture_gains_a_row_and_a_column(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, 63, 47, 10) as writer:
        writer.add(np.ascontiguousarray(RED[:47, :63]), 0, 0.1)
    with av.open(str(path)) as container:
        (frame,) = container.decode(video=0)
    assert (frame.width, frame.height) == (64, 48)
    assert frame.to_ndarray(format="bgr24")[-1, -1] == pytest.approx((30, 40, 200), abs=8)
