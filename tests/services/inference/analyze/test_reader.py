"""Every frame of every kind of file, the last one too."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import pytest
from av.video.stream import VideoStream

from services.common.video_file import VideoFileError
from services.inference.analyze.reader import VideoReader
from tests.services.capture.support import grey, level_of, nearly, write_video

LEVELS = [20, 60, 100, 140, 180, 220, 200, 160, 120, 80, 40, 70]


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [
        ("h264.mp4", "libx264", None),
        ("h264.mkv", "libx264", None),
        ("h264.mov", "libx264", None),
        ("h264.ts", "libx264", None),
        ("h265.mp4", "libx265", None),
        ("mpeg4.avi", "mpeg4", None),
        ("mjpeg.avi", "mjpeg", None),
        ("mjpeg.mjpeg", "mjpeg", "mjpeg"),
    ],
)
def test_no_frame_is_lost(name: str, codec: str, form: str | None, tmp_path: Path) -> None:
    video = write_video(tmp_path / name, LEVELS, codec=codec, form=form, fps=10)
    with VideoReader(video) as reader:
        frames = list(reader)
    assert nearly([level_of(frame.image) for frame in frames], LEVELS)
    assert [frame.number for frame in frames] == list(range(1, len(LEVELS) + 1))
    assert reader.frames == len(LEVELS)
    assert reader.damaged == 0


def test_frame_threads_lose_nothing_either(tmp_path: Path) -> None:
    with VideoReader(write_video(tmp_path / "v.mp4", LEVELS), threads=4) as reader:
        assert nearly([level_of(frame.image) for frame in reader], LEVELS)


def test_a_variable_frame_rate_is_kept(tmp_path: Path) -> None:
    times = [1.0, 1.04, 1.5, 1.52, 3.0]  # the first frame is the beginning, whatever its stamp
    with VideoReader(write_video(tmp_path / "v.mkv", LEVELS[:5], times=times)) as reader:
        assert [round(frame.seconds, 3) for frame in reader] == [0, 0.04, 0.5, 0.52, 2.0]


def test_a_file_without_times_goes_by_its_rate(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mjpeg", LEVELS, codec="mjpeg", form="mjpeg")
    with VideoReader(video) as reader:
        seconds = [frame.seconds for frame in reader]
    assert all(later > earlier for earlier, later in pairwise(seconds))


def test_a_picture_held_upright_is_read_upright(tmp_path: Path) -> None:
    plain = write_video(tmp_path / "plain.mp4", LEVELS[:3], size=(64, 48))
    turned = tmp_path / "turned.mp4"
    with av.open(str(plain)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        assert isinstance(stream, VideoStream)
        stream.set_display_rotation(90)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    with VideoReader(turned) as reader:
        assert (reader.info.width, reader.info.height) == (48, 64)
        assert {frame.image.shape for frame in reader} == {(64, 48, 3)}


@pytest.mark.parametrize(("name", "codec"), [("v.mp4", "libx264"), ("v.mkv", "libx264"), ("v.avi", "mjpeg")])
@pytest.mark.parametrize("share", [0.4, 0.7])
def test_a_file_that_was_cut_off_is_told_so(name: str, codec: str, share: float, tmp_path: Path) -> None:
    whole = _with_plain_clock(tmp_path / name, codec)
    if name.endswith("mp4"):  # its index in front: else it cannot even be opened
        whole = _index_in_front(whole, tmp_path / "front.mp4")
    data = whole.read_bytes()
    cut = tmp_path / f"cut-{name}"
    cut.write_bytes(data[: int(len(data) * share)])
    with (
        pytest.raises(VideoFileError, match=r"cut-.* is (truncated: nothing can be read behind frame \d+|not a video)"),
        VideoReader(cut) as reader,
    ):
        list(reader)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "is empty"), (b"no video at all\n" * 99, "is not a video that can be read")],
)
def test_a_file_that_is_no_video_is_told_so(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoFileError, match=problem):
        VideoReader(path)


def test_a_video_without_a_picture_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    with pytest.raises(VideoFileError, match=r"has no video in it|no picture in it could be decoded|not a video"):
        VideoReader(path)


def _with_plain_clock(path: Path, codec: str) -> Path:
    """Write a video whose clock ticks once for each frame: in an AVI other clocks make most of the file index."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for level in LEVELS * 5:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey(level), format="bgr24")))
        container.mux(stream.encode(None))
    return path


def _index_in_front(path: Path, target: Path) -> Path:
    with av.open(str(path)) as source, av.open(str(target), "w", options={"movflags": "+faststart"}) as sink:
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    return target
