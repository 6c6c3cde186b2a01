"""``turnstile analyze`` as people call it."""

from __future__ import annotations

import csv
import json
import re
import resource
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from services.inference.analyze.identities import Identities
from services.inference.analyze.reader import VideoReader
from services.inference.counting.tally import Tally
from services.inference.detector.letterbox import letterbox
from services.inference.detector.loader import load_detector
from services.inference.detector.sighting import class_ids, look
from services.inference.detector.tracker import LOW_CONFIDENCE, CameraTracker
from services.inference.people import in_picture, people
from tests.services.capture.support import write_video
from tests.services.inference.conftest import CLIP_FRAMES
from tests.waiting import eventually

LINES = ["--line", "middle=0.5,0,0.5,1", "--line", "left=0.3,0,0.3,1", "--line", "right=0.7,0,0.7,1"]
ZONE = ["--zone", "all=0,0,1,0,1,1,0,1"]


def turnstile(*arguments: object, limit: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command; ``limit`` is the most bytes that a file may have."""

    def restrict() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-m", "services.cli", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=100, preexec_fn=restrict if limit else None
    )


@dataclass(frozen=True)
class Run:
    summary: dict[str, Any]
    folder: Path


@pytest.fixture(scope="module")
def run(clip: Path, builtin_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run that writes everything."""
    folder = tmp_path_factory.mktemp("analyzed")
    files = ["--output", folder / "out.mp4", "--events", folder / "events.csv", "--tracks", folder / "tracks.txt"]
    done = turnstile("analyze", clip, "--model", builtin_model, *LINES, *ZONE, *files, "--json")
    assert done.returncode == 0, done.stderr
    return Run(json.loads(done.stdout), folder)


def test_the_summary_tells_of_the_video(run: Run, clip: Path, builtin_model: Path) -> None:
    summary = run.summary
    assert list(summary) == ["video", "frames", "duration_s", "fps", "model", "lines", "zones", "crossings"]
    assert (summary["video"], summary["frames"], summary["model"]) == (str(clip), CLIP_FRAMES, str(builtin_model))
    assert (summary["duration_s"], summary["fps"]) == (pytest.approx(4.0, abs=0.01), pytest.approx(15, abs=0.01))
    assert [line["name"] for line in summary["lines"]] == ["middle", "left", "right"]
    assert [zone["name"] for zone in summary["zones"]] == ["all"]


def test_the_totals_are_those_of_the_crossings(run: Run) -> None:
    crossings = run.summary["crossings"]
    assert crossings, "nobody crossed: the clip tests nothing"
    for line in run.summary["lines"]:
        for direction in ("in", "out"):
            found = [c for c in crossings if (c["line"], c["direction"]) == (line["name"], direction)]
            assert len(found) == line[direction]
    for crossing in crossings:
        assert list(crossing) == ["frame", "time_s", "line", "direction", "track", "x", "y"]
        assert crossing["time_s"] == pytest.approx((crossing["frame"] - 1) / 15, abs=0.002)


def test_offline_counts_as_live_does(run: Run, clip: Path, builtin_model: Path) -> None:
    """The summary is that of the live pipeline's own parts, frame after frame, without threads or streams."""
    detector = load_detector(builtin_model, imgsz=None, threads=1, classes=("person",))
    wanted = class_ids(detector.info, ("person",))
    tracker = CameraTracker(0.25)
    from services.inference.analyze.shapes import Shapes, parse_lines

    tally = Tally("main", Shapes(parse_lines(LINES[1::2])).settings(640, 360))
    box = letterbox(640, 360, detector.info.imgsz, square=detector.info.square)
    image = np.empty((box.height, box.width, 3), np.uint8)
    tracks = []
    identities = Identities()
    with VideoReader(clip) as reader:
        for frame in reader:
            box.fit(frame.image, image)
            found = look(detector, image, LOW_CONFIDENCE, wanted)
            seen = people(in_picture(tracker.update(found, frame.seconds, box.inner), box), detector.info)
            identities.add(seen)
            tally.update(seen, 640, 360, round(frame.seconds * 1e9))
            tracks += [(frame.number, person.id, f"{person.left:.2f}") for person in seen]
    assert [{"name": t.name, "in": t.count_in, "out": t.count_out} for t in tally.totals()] == run.summary["lines"]
    rows = csv.reader((run.folder / "tracks.txt").read_text().splitlines())
    told = [(int(row[0]), int(row[1]), row[2]) for row in rows]
    assert told == [(number, identities.final(identity), left) for number, identity, left in tracks]


def test_events_are_the_crossings(run: Run) -> None:
    rows = list(csv.DictReader((run.folder / "events.csv").read_text().splitlines()))
    assert [int(row["frame"]) for row in rows] == [crossing["frame"] for crossing in run.summary["crossings"]]
    assert list(rows[0]) == ["frame", "time_s", "line", "direction", "track", "x", "y", "late"]


def test_tracks_are_of_the_form_of_motchallenge(run: Run) -> None:
    rows = list(csv.reader((run.folder / "tracks.txt").read_text().splitlines()))
    assert {len(row) for row in rows} == {10}
    assert {row[-1] for row in rows} == {"-1"}
    frames = [int(row[0]) for row in rows]
    assert frames == sorted(frames)
    assert frames[0] >= 1
    assert frames[-1] == CLIP_FRAMES


def test_the_annotated_video_has_every_frame_and_something_drawn_in_it(run: Run, clip: Path) -> None:
    with av.open(str(run.folder / "out.mp4")) as ours, av.open(str(clip)) as theirs:
        pairs = list(zip(ours.decode(video=0), theirs.decode(video=0), strict=True))
    assert len(pairs) == CLIP_FRAMES
    assert [a.time for a, _ in pairs] == pytest.approx([b.time for _, b in pairs], abs=0.001)
    annotated, plain = (frame.to_ndarray(format="bgr24").astype(int) for frame in pairs[-1])
    different = np.abs(annotated - plain).max(axis=2) > 60
    assert 0.005 < different.mean() < 0.3


def test_nothing_is_left_beside_the_results(run: Run) -> None:
    assert sorted(path.name for path in run.folder.iterdir()) == ["events.csv", "out.mp4", "tracks.txt"]


def test_pixels_and_low_latency_count_the_same(run: Run, clip: Path, builtin_model: Path) -> None:
    lines = ["--line", "middle=320,0,320,360", "--line", "left=192,0,192,360", "--line", "right=448,0,448,360"]
    done = turnstile("analyze", clip, "--model", builtin_model, *lines, "--pixels", "--low-latency", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["lines"] == run.summary["lines"]
    for ours, theirs in zip(summary["crossings"], run.summary["crossings"], strict=True):
        assert (ours["x"], ours["y"]) == pytest.approx((theirs["x"] * 640, theirs["y"] * 360), abs=0.1)


def test_a_folder_is_analysed_video_by_video_and_a_broken_one_does_not_keep_the_others(
    clip: Path, builtin_model: Path, tmp_path: Path
) -> None:
    videos = tmp_path / "videos"
    videos.mkdir()
    shutil.copy(clip, videos / "b.mp4")
    data = _short(videos / "a.mkv").read_bytes()
    (videos / "a.mkv").write_bytes(data[: len(data) // 2])
    (videos / "notes.txt").write_text("no video")
    out = tmp_path / "results" / "annotated"
    done = turnstile("analyze", videos, "--model", builtin_model, "--output", out, "--json")
    assert done.returncode == 2
    assert f"{videos / 'a.mkv'} is truncated" in done.stderr
    assert [summary["video"] for summary in json.loads(done.stdout)] == [str(videos / "b.mp4")]
    assert [path.name for path in out.iterdir()] == ["b.mp4"]


def test_ctrl_c_keeps_what_was_done(builtin_model: Path, tmp_path: Path) -> None:
    video = _short(tmp_path / "long.mp4", frames=2000)
    out, events = tmp_path / "out.mp4", tmp_path / "events.csv"
    files = ["--output", str(out), "--events", str(events)]
    command = [sys.executable, "-m", "services.cli", "analyze", str(video), "--model", str(builtin_model), *files]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        eventually(lambda: any(path.stat().st_size for path in tmp_path.glob(".out.mp4.*.partial")), 60)
        process.send_signal(signal.SIGINT)
        told, problems = process.communicate(timeout=60)
    assert process.returncode == 130, problems
    assert "interrupted" in told
    assert re.search(r"^turnstile: long\.mp4: \d+ frames in \S+ s, \S+ frames/s$", problems, re.MULTILINE)
    with av.open(str(out)) as container:
        frames = sum(1 for _ in container.decode(video=0))
    assert 0 < frames < 2000
    assert events.read_text().startswith("frame,time_s,line")
    assert not list(tmp_path.glob(".*"))


def test_a_full_disk_is_told_and_nothing_half_written_stays(builtin_model: Path, tmp_path: Path) -> None:
    video = _short(tmp_path / "v.mp4", frames=120)
    files = ["--output", tmp_path / "out.mp4", "--tracks", tmp_path / "tracks.txt", "--events", tmp_path / "e.csv"]
    done = turnstile("analyze", video, "--model", builtin_model, *files, limit=20_000)
    assert done.returncode == 2
    # Whichever of the files is full first.
    assert re.fullmatch(
        r"turnstile analyze: \S+/(out\.mp4|tracks\.txt) cannot be written: file too large\n", done.stderr
    )
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


def test_what_is_there_is_replaced_only_on_demand(builtin_model: Path, tmp_path: Path) -> None:
    video, out = _short(tmp_path / "v.mp4"), tmp_path / "out.mp4"
    out.write_text("precious")
    done = turnstile("analyze", video, "--model", builtin_model, "--output", out)
    assert (done.returncode, out.read_text()) == (2, "precious")
    assert done.stderr == f"turnstile analyze: {out} exists already; give another name, or --overwrite to replace it\n"
    assert turnstile("analyze", video, "--model", builtin_model, "--output", out, "--overwrite").returncode == 0
    assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nowhere.mp4"], "nowhere.mp4 does not exist"),
        (["empty.mp4"], "empty.mp4 is empty"),
        (["text.mp4"], "text.mp4 is not a video that can be read: invalid data found when processing input"),
        (["folder"], "folder holds no video; known are files ending in .3gp, .avi, .flv, .h264, "),
        (["v.mp4", "--line", "door=0,0,2,2"], "--line door=0,0,2,2: (2, 2) is outside the picture, which goes from"),
        (["v.mp4", "--pixels", "--line", "d=0,0,65,1"], "--line d=0,0,65,1: (65, 1) is outside the picture, which is 64x48"),
        (["v.mp4", "--line", "door=0,0,0,0"], "--line door=0,0,0,0: has no length, its two ends are the same point"),
        (["v.mp4", "--output", "v.mp4", "--overwrite"], "v.mp4 is a video that is to be read; give another name"),
        (["v.mp4", "--output", "no/out.mp4"], "no/out.mp4 cannot be written: there is no folder no"),
        (["v.mp4", "--output", "folder"], "folder is a folder; name the file that is to be written"),
        (["v.mp4", "--events", "x", "--tracks", "x"], "x would be written twice: for v.mp4 and for v.mp4"),
        (["v.mp4", "v.mp4", "--tracks", "t"], "t/v.txt would be written twice: for v.mp4 and for v.mp4"),
        (["v.mp4", "--model", "nothing"], "nothing: there is no such model"),
        (["v.mp4", "--config", "nothing.yaml"], "nothing.yaml"),
        (["v.mp4", "--camera", "door"], "--camera door is one of a configuration; give that with --config"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_told_in_one_sentence(
    arguments: list[str],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from typer.testing import CliRunner

    from services.cli import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("no video\n" * 100)
    write_video(tmp_path / "v.mp4", [100] * 5)
    before = sorted(tmp_path.iterdir())
    result = CliRunner().invoke(app, ["analyze", *arguments])
    told = result.stderr
    assert result.exit_code == 2, result.output
    assert told.startswith(f"turnstile analyze: {problem}"), told
    assert told.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def _short(path: Path, frames: int = 40) -> Path:
    """Write a clip of noise: nobody is in it, and it does not compress."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast", "qp": "30"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for _ in range(frames):
            picture = random.integers(0, 255, (64, 96, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path
