"""Truth files, and what is no truth file."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.common.errors import UsageError
from services.inference.evaluate.truth import read_truth


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "gt.csv"
    path.write_text(text)
    return path


def test_boxes_by_frame(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, "2,7,10,20,30,40,1,-1,-1,-1\n\n1,7,9.5,20,30,40,1,-1,-1,-1\n2,8,0,0,5,5\n"))
    assert truth.last == 2
    assert list(truth.frames) == [1, 2]
    assert truth.boxes(2).ids == [7, 8]
    assert truth.boxes(1).ltwh == [(9.5, 20, 30, 40)]
    assert truth.boxes(3).ids == []


def test_what_is_marked_as_not_to_be_counted_is_left_out(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, "1,1,0,0,5,5,0,1,1\n1,2,0,0,5,5,1,1,1\n"))
    assert truth.boxes(1).ids == [2]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds no person"),
        ("frame,id,left,top,width,height\n", "line 1: is not of the form frame,id,left"),
        ("1,1,0,0,5,5\n1;2;0;0;5;5\n", "line 2: is not of the form"),
        ("1,1,0,0\n", "line 1: is not of the form"),
        ("1,1,0,0,nan,5\n", "line 1: is not of the form"),
        ("0,1,0,0,5,5\n", "line 1: frame and id are whole numbers, frames from 1"),
        ("1,1.5,0,0,5,5\n", "line 1: frame and id are whole"),
        ("1,1,0,0,0,5\n", "line 1: a box has a width and a height above 0"),
        ("1,1,0,0,5,5\n1,1,9,9,5,5\n", "line 2: id 1 is in frame 1 a second time"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError, match=problem) as caught:
        read_truth(path)
    assert str(caught.value).startswith(str(path))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: no such file"):
        read_truth(tmp_path / "nowhere.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(UsageError, match="is not text"):
        read_truth(tmp_path / "bytes.csv")


def test_the_truth_of_another_video_is_refused(tmp_path: Path) -> None:
    truth = read_truth(written(tmp_path, "1,1,0,0,5,5\n100,1,0,0,5,5\n"))
    truth.check_length(100, 10)
    truth.check_length(105, 10)  # the last half second shows nobody
    with pytest.raises(UsageError, match="it goes to frame 100 of 99"):
        truth.check_length(99, 10)
    with pytest.raises(UsageError, match="not all of it: it ends at frame 100 of 200"):
        truth.check_length(200, 10)
