"""Video files, real ones."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from itertools import islice
from pathlib import Path

import av
import pytest

from services.capture.sources import pacing
from services.capture.sources.base import Picture, SourceError
from services.capture.sources.file import FileSource
from tests.services.capture.support import level_of, nearly, new_intake, opened, write_video

LEVELS = [20, 60, 100, 140, 180, 220]

pytestmark = pytest.mark.usefixtures("unhurried")


def test_every_frame_of_every_pass_comes_in_order_and_the_last_too(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", LEVELS)
    intake, tally = new_intake()
    with opened(FileSource(video, intake)) as source:
        seen = [level_of(p) for p in islice(source.pictures(), 3 * len(LEVELS))]

    assert nearly(seen, 3 * LEVELS)
    assert tally.frames == 3 * len(LEVELS)
    assert tally.received_bytes > 0


@pytest.mark.parametrize(
    ("name", "codec", "form"),
    [
        ("v.mkv", "libx264", None),
        ("v.avi", "mjpeg", None),
        ("v.ts", "libx264", "mpegts"),
        ("v.mp4", "mpeg4", None),
        ("v.h264", "libx264", "h264"),
        ("name: with a colon.mp4", "libx264", None),
    ],
)
def test_containers_and_codecs(tmp_path: Path, name: str, codec: str, form: str | None) -> None:
    video = write_video(tmp_path / name, LEVELS, codec=codec, form=form)
    with opened(FileSource(video, new_intake()[0])) as source:
        seen = [level_of(p) for p in islice(source.pictures(), 2 * len(LEVELS))]

    assert all(abs(a - b) <= 12 for a, b in zip(seen, 2 * LEVELS, strict=True)), seen


def test_a_file_that_is_not_looped_ends_after_its_last_frame(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", LEVELS)
    with opened(FileSource(video, new_intake()[0], loop=False)) as source:
        assert nearly([level_of(p) for p in source.pictures()], LEVELS)


def test_variable_frame_rate_is_played_by_its_timestamps(tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.6, 0.7]
    video = write_video(tmp_path / "v.mkv", LEVELS[:4], times=times)
    with opened(FileSource(video, new_intake()[0], loop=False)) as source:
        began = time.time_ns()
        shown = [(p.capture_time_ns - began) / 1e9 for p in source.pictures()]

    # Each frame waits for its time: none is early. How late one is depends on the machine; see test_playback.
    assert len(shown) == len(times)
    assert all(after > due - 0.01 for after, due in zip(shown, times, strict=True)), shown


def test_capture_time_is_the_moment_the_picture_comes(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", LEVELS)
    with opened(FileSource(video, new_intake()[0])) as source:
        before = time.time_ns()
        picture = next(source.pictures())

        assert before <= picture.capture_time_ns <= time.time_ns()


def test_another_size_is_scaled(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", LEVELS)
    with opened(FileSource(video, new_intake()[0], width=32)) as source:
        picture = next(source.pictures())

    assert (picture.width, picture.height) == (32, 24)
    assert nearly([level_of(picture)], [LEVELS[0]])


def test_a_size_that_changes_in_mid_stream_is_followed(tmp_path: Path) -> None:
    small = write_video(tmp_path / "a.ts", LEVELS[:3], size=(64, 48), form="mpegts")
    large = write_video(tmp_path / "b.ts", LEVELS[3:], size=(128, 96), form="mpegts")
    both = tmp_path / "both.ts"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    with opened(FileSource(both, new_intake()[0], loop=False)) as source:
        seen = [(level_of(p), (p.width, p.height)) for p in source.pictures()]

    assert {size for _, size in seen} == {(64, 48), (128, 96)}
    assert nearly([seen[0][0], seen[-1][0]], [LEVELS[0], LEVELS[-1]])
    assert seen[-1][1] == (128, 96)


def test_corrupt_frames_are_skipped_and_the_next_good_one_shows(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mkv", LEVELS)
    with av.open(str(video)) as container:
        packets = [bytes(packet) for packet in container.demux() if packet.size]
    fourth = packets[3]
    damaged = fourth[:4] + b"\xff" * (len(fourth) - 4)
    video.write_bytes(video.read_bytes().replace(fourth, damaged, 1))
    intake, tally = new_intake()
    with opened(FileSource(video, intake, loop=False)) as source:
        seen = [level_of(p) for p in source.pictures()]

    assert tally.skipped["corrupt"] == 1
    assert nearly(seen[:3], LEVELS[:3])
    assert len(seen) == 5


def test_cap_spaces_frames_evenly(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", LEVELS * 4)
    intake, tally = new_intake(fps=10)
    with opened(FileSource(video, intake, loop=False)) as source:
        seen = [level_of(p) for p in source.pictures()]

    assert nearly(seen, [LEVELS[0], LEVELS[3]] * 4)
    assert (tally.frames, tally.skipped["fps_cap"]) == (24, 16)


def test_a_slow_reader_skips_and_does_not_lag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "LATE_FRAME_EVERY_SECONDS", 60.0)
    video = write_video(tmp_path / "v.mp4", range(20, 80))
    intake, tally = new_intake()
    with opened(FileSource(video, intake)) as source:
        pictures = source.pictures()
        next(pictures)
        time.sleep(0.5)  # as a stalled machine would
        next(pictures)
        next(pictures)

    assert tally.skipped["late"] > 0


def test_a_file_that_was_replaced_is_played_from_the_next_pass(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", [20, 20])
    with opened(FileSource(video, new_intake()[0])) as source:
        pictures = source.pictures()
        first = level_of(next(pictures))
        other = write_video(tmp_path / "w.mp4", [200, 200])
        other.replace(video)
        seen = [level_of(p) for p in islice(pictures, 6)]

    assert nearly([first, seen[-1]], [20, 200])


def test_a_file_that_was_removed_ends_with_the_cause(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", LEVELS)
    with opened(FileSource(video, new_intake()[0])) as source:
        pictures = source.pictures()
        next(pictures)
        video.unlink()

        with pytest.raises(SourceError, match="does not exist"):
            list(pictures)


def test_what_is_no_video_is_refused_with_the_cause(tmp_path: Path) -> None:
    text, empty, sound, fifo = (tmp_path / name for name in ("notes.txt", "empty.mp4", "sound.wav", "fifo"))
    text.write_text("shopping list\n" * 100)
    empty.touch()
    _write_sound(sound)
    os.mkfifo(fifo)
    truncated = tmp_path / "truncated.mp4"
    truncated.write_bytes(write_video(tmp_path / "v.mp4", LEVELS).read_bytes()[:300])
    expected = {
        tmp_path / "nothing.mp4": "does not exist",
        text / "below.mp4": "does not exist",
        tmp_path: "is a folder, not a video file",
        text: "is not a video that can be read",
        truncated: "is not a video that can be read",
        empty: "is empty",
        sound: "has no video in it",
        fifo: "is not a regular file",
    }
    for path, cause in expected.items():
        with pytest.raises(SourceError) as caught, opened(FileSource(path, new_intake()[0])):
            pass
        assert str(caught.value).startswith(f"{path} {cause}")


def _write_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without permission")
def test_a_file_without_permission_is_told_so(tmp_path: Path, ipc_dir: Path) -> None:
    video = write_video(ipc_dir / "v.mp4", LEVELS)
    ipc_dir.chmod(0o755)
    video.chmod(0o600)
    code = (
        "import os; from pathlib import Path; from services.common.video_file import identity\n"
        "os.seteuid(65534)\n"
        f"try: identity(Path({str(video)!r}))\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path.cwd())

    assert answer.stdout.startswith(f"VideoFileError {video} may not be read by this user"), answer


def test_a_wait_for_the_next_frame_can_be_interrupted(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mkv", LEVELS[:2], times=[0.0, 50.0])
    intake, _ = new_intake()
    with opened(FileSource(video, intake)) as source:
        seen: list[Picture] = []
        reader = threading.Thread(target=lambda: seen.extend(source.pictures()))
        reader.start()
        source.interrupt()
        reader.join(20)

    assert not reader.is_alive()
    assert len(seen) <= 1


@pytest.mark.real_video
def test_the_town_centre_plays_at_its_size(town_centre: Path) -> None:
    intake, tally = new_intake()
    with opened(FileSource(town_centre, intake)) as source:
        pictures = list(islice(source.pictures(), 10))

    assert {(p.width, p.height) for p in pictures} == {(1920, 1080)}
    assert tally.skipped["corrupt"] == 0
