"""``turnstile evaluate`` as people call it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import simplejpeg
from typer.testing import CliRunner

from services.cli import app
from tests.services.inference.conftest import CLIP_FRAMES

LINES = ["--line", "middle=0.5,0,0.5,1", "--line", "left=0.3,0,0.3,1", "--line", "right=0.7,0,0.7,1"]


@pytest.fixture(scope="module")
def report(clip: Path, builtin_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """The report and the summary of the clip, judged by a truth to which somebody was added who crosses unseen."""
    folder = tmp_path_factory.mktemp("evaluated")
    truth = folder / "gt.csv"
    ghost = "".join(f"{frame},9999,{400 - 3 * frame},250,20,50,1,-1,-1,-1\n" for frame in range(1, CLIP_FRAMES + 1))
    truth.write_text(clip.with_suffix(".csv").read_text() + ghost)
    arguments = ["evaluate", str(clip), "--truth", str(truth), "--model", str(builtin_model), *LINES]
    result = CliRunner().invoke(app, [*arguments, "--report", str(folder / "report"), "--json"])
    assert result.exit_code == 0, result.output
    return folder / "report", json.loads(result.stdout)


def test_the_summary_compares_each_line_and_direction(report: tuple[Path, dict[str, object]]) -> None:
    summary: dict[str, object] = report[1]
    assert summary["frames"] == CLIP_FRAMES
    lines = summary["lines"]
    assert isinstance(lines, list)
    assert [line["name"] for line in lines] == ["middle", "left", "right"]
    for line in lines:
        assert line["errors"] == sum(abs(line[side]["counted"] - line[side]["true"]) for side in ("in", "out"))
    assert summary["errors"] == sum(line["errors"] for line in lines)
    for share in ("mota", "idf1", "hota"):
        assert -1 <= float(str(summary[share])) <= 1


def test_who_was_missed_is_listed_with_frame_line_and_direction(report: tuple[Path, dict[str, object]]) -> None:
    wrong = report[1]["wrong"]
    assert isinstance(wrong, list)
    (missed,) = [each for each in wrong if each["id"] == 9999 and each["line"] == "middle"]
    assert (missed["kind"], missed["direction"]) == ("missed", "in")
    assert 30 <= missed["frame"] <= 34  # at (400 + 10 - 320) / 3, and clearly beyond


def test_the_report_shows_each_mistake_and_asks_nobody_for_anything(report: tuple[Path, dict[str, object]]) -> None:
    folder, summary = report
    page = (folder / "index.html").read_text()
    wrong = summary["wrong"]
    assert isinstance(wrong, list)
    pictures = re.findall(r'<img src="([^"]+)"', page)
    assert len(pictures) == len(wrong) == len(list(folder.glob("*.jpg")))
    for name in pictures:
        height, width, *_ = simplejpeg.decode_jpeg_header((folder / name).read_bytes())
        assert (height, width > 4 * height) == (260, True)
    assert "://" not in page
    assert "<script" not in page
    assert page.count("<section") == len(wrong)


def test_a_report_is_replaced_only_on_demand(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "precious").touch()
    arguments = ["evaluate", str(clip), "--truth", str(clip.with_suffix(".csv")), "--report", str(tmp_path / "report")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "report exists already; give another name, or --overwrite to replace it" in result.stderr


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (None, "gt.csv cannot be read: no such file or directory"),
        ("1,1,0,0\n", "gt.csv, line 1: is not of the form"),
        ("61,1,0,0,5,5\n", "gt.csv is the truth of another video: it goes to frame 61 of 60"),
        ("20,1,0,0,5,5\n", "gt.csv is the truth of another video, or not all of it: it ends at frame 20 of 60"),
    ],
)
def test_a_truth_that_does_not_fit_is_told_in_one_sentence(
    rows: str | None, problem: str, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(clip, "v.mp4")
    if rows is not None:
        Path("gt.csv").write_text(rows)
    result = CliRunner().invoke(app, ["evaluate", "v.mp4", "--truth", "gt.csv", "--report", "report"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"turnstile evaluate: {problem}")
    assert result.stderr.count("\n") == 1
    assert not Path("report").exists()
