"""A written video, as a browser would read it."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from services.common.video_writer import Encoding, VideoWriter

COLOUR = (30, 40, 200)
FAST = Encoding(crf=23, preset="ultrafast")


def plain(*colour: int) -> VideoFrame:
    return VideoFrame.from_ndarray(np.full((48, 64, 3), colour, np.uint8), format="bgr24")


def test_browsers_can_play_it_before_it_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, 64, 48, 10, FAST) as writer:
        for number in range(25):
            writer.add(plain(*COLOUR), number / 10, 0.1)
    data = path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        frames = list(container.decode(stream))
        assert stream.frames == len(frames) == 25
        assert stream.average_rate == 10
        assert float((stream.duration or 0) * (stream.time_base or 0)) == pytest.approx(2.5, abs=0.01)
    assert frames[-1].time == pytest.approx(2.4, abs=0.001)


def test_colours_stay(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, 64, 48, 10, FAST) as writer:
        writer.add(plain(*COLOUR), 0, 0.1)
    with av.open(str(path)) as container:
        (frame,) = container.decode(video=0)
    assert frame.to_ndarray(format="bgr24")[10:40, 10:50].mean(axis=(0, 1)) == pytest.approx(COLOUR, abs=5)


@pytest.mark.parametrize("tune", ["", "fastdecode", "zerolatency"])
def test_times_of_any_rate_are_kept(tune: str, tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    times = [0.0, 0.033, 0.5, 0.52, 2.0]
    with VideoWriter(path, 64, 48, 30, Encoding(23, "superfast", tune)) as writer:
        for index, seconds in enumerate(times):
            writer.add(plain(40 * index), seconds, 0.033)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=0.001)
    levels = [frame.to_ndarray(format="bgr24").mean() for frame in frames]
    assert levels == pytest.approx([0, 40, 80, 120, 160], abs=6)


def test_a_frame_may_be_painted_over_once_it_was_added(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    levels = [0, 60, 120, 180, 240]
    pixels = np.empty((72, 64), np.uint8)
    pixels[48:] = 128  # no colour
    with VideoWriter(path, 64, 48, 10, Encoding(10, "superfast")) as writer:
        for number, level in enumerate(levels):
            pixels[:48] = level
            writer.add(VideoFrame.from_numpy_buffer(pixels, format="yuv420p"), number / 10, 0.1)
    with av.open(str(path)) as container:
        found = [frame.to_ndarray()[:48].mean() for frame in container.decode(video=0)]
    assert found == pytest.approx(levels, abs=4)
