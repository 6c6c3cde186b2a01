"""``turnstile demo``: the files it writes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from services.capture.demo.main import Outputs, main
from services.capture.demo.scene import Scene
from services.capture.demo.truth import MIN_VISIBLE
from services.common.demo_url import parse_demo

SOURCE = "demo://street?people=8&size=320x180&fps=12.5"


def test_video_and_truth_are_of_the_same_frames(tmp_path: Path) -> None:
    outputs = Outputs(tmp_path / "out.mp4", tmp_path / "gt.csv")
    assert main(SOURCE, 20, outputs) == 0
    scene = Scene(parse_demo(SOURCE))

    with av.open(str(outputs.video)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.average_rate == Fraction(25, 2)
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(stream)]
    assert len(pictures) == 20
    for number in (0, 19):
        assert abs(pictures[number].astype(int) - scene.picture(number)).mean() < 6
    rows = [line.split(",") for line in (tmp_path / "gt.csv").read_text().splitlines()]
    assert {int(row[0]) for row in rows} == set(range(1, 21))
    for number in range(20):
        expected = [p for p in scene.truth(number) if p.visible >= MIN_VISIBLE]
        mine = [row for row in rows if int(row[0]) == number + 1]
        assert [int(row[1]) for row in mine] == [p.id for p in expected]
        for row, p in zip(mine, expected, strict=True):
            assert [float(value) for value in row[2:6]] == pytest.approx([p.left, p.top, p.width, p.height], abs=0.01)
            assert row[6:] == ["1", "-1", "-1", "-1"]


@pytest.mark.parametrize("kind", ["video", "truth"])
def test_a_file_that_cannot_be_written_is_named(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none" / "out.mp4"
    outputs = Outputs(path, None) if kind == "video" else Outputs(None, path)

    assert main(SOURCE, 1, outputs) == 1
    assert (
        capsys.readouterr().err.lower()
        == f"turnstile demo: {path} cannot be written: no such file or directory\n".lower()
    )
