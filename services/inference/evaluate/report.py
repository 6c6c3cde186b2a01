"""The report: one HTML page and its pictures, to be opened from anywhere, without a server or a network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Final

from proto.turnstile_pb2 import Settings
from services.common.errors import UsageError
from services.inference.evaluate.matching import Wrong
from services.inference.evaluate.score import Score, describe_offset
from services.inference.evaluate.strips import make_strips
from services.inference.evaluate.tracking import Boxes

STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 1500px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 0 }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { padding: .2rem .9rem .2rem 0; text-align: right; border-bottom: 1px solid #8884 }
th:first-child, td:first-child { text-align: left }
.bad { color: #c22; font-weight: 600 }
section { margin: 2rem 0; padding-top: 1rem; border-top: 1px solid #8884 }
section img { display: block; max-width: 100%; margin-top: .6rem }
nav { float: right } nav a { margin-left: 1rem }
"""
POLICY: Final = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'"
KEY: Final = (
    "White: the truth. Coloured: what Turnstile tracked, with track ids. Yellow: the line. * marks the frame in which "
    "the crossing was complete."
)


def write_report(
    folder: Path, score: Score, settings: Settings, boxes: Callable[[int], tuple[Boxes, Boxes]], *, overwrite: bool
) -> None:
    """Write ``index.html`` and a strip of pictures for each wrong crossing; the folder is there whole or not at all.

    Raises:
        UsageError: It cannot be written.
        VideoFileError: The video cannot be read any more.
    """
    with _whole_folder(folder, overwrite=overwrite) as partial:

        def write(index: int, jpeg: bytes) -> None:
            (partial / _picture_name(index)).write_bytes(jpeg)

        if score.wrong:
            make_strips(score.video, score.wrong, settings, boxes, write)
        (partial / "index.html").write_text(page(score), encoding="utf-8")


def check_folder(folder: Path, *, overwrite: bool) -> None:
    """Refuse what could not be written, before any work is done.

    Raises:
        UsageError: Something is there already, or there is no folder to put it into.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; a report is a folder")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise UsageError(f"{folder} exists already; give another name, or --overwrite to replace it")
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"{folder} cannot be written: there is no folder {folder.parent}")


def page(score: Score) -> str:
    """Return the page."""
    title = escape(f"{score.video.name}: {score.errors} errors in {score.true} true crossings")
    sections = "\n".join(_section(index, wrong, len(score.wrong)) for index, wrong in enumerate(score.wrong))
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{title}</title>
<style>{STYLE}</style>
<h1>{title}</h1>
<p>{score.frames} frames, model {escape(score.model)}, truth {escape(score.truth.name)}
{f"({describe_offset(score.offset)})" if score.offset else ""}</p>
{_lines_table(score)}
{_tracking_table(score)}
<p>{len(score.wrong)} wrong crossings. {KEY if score.wrong else ""}</p>
{sections}
</html>
"""


def _lines_table(score: Score) -> str:
    rows = "\n".join(
        f"<tr><td>{escape(line.line)}</td><td>{line.direction}</td><td>{line.counted}</td><td>{line.true}</td>"
        f"<td{_mark(line.errors)}>{line.errors}</td></tr>"
        for line in score.lines
    )
    head = "<tr><th>line</th><th>direction</th><th>counted</th><th>true</th><th>errors</th></tr>"
    return f"<table>{head}\n{rows}</table>"


def _tracking_table(score: Score) -> str:
    known = score.tracking
    return (
        "<table><tr><th>MOTA</th><th>IDF1</th><th>HOTA</th><th>id switches</th></tr>"
        f"<tr><td>{known.mota:.3f}</td><td>{known.idf1:.3f}</td><td>{known.hota:.3f}</td>"
        f"<td>{known.id_switches}</td></tr></table>"
    )


def _section(index: int, wrong: Wrong, count: int) -> str:
    event = wrong.event
    links = "".join(
        f'<a href="#w{target}">{label}</a>'
        for target, label in ((index - 1, "previous"), (index + 1, "next"))
        if 0 <= target < count
    )
    who = f"track {event.id}" if wrong.kind == "extra" else f"person {event.id} of the truth"
    title = f"{wrong.kind}: {escape(event.line)} {event.direction}, frame {event.frame}, {event.time_s:.1f} s, {who}"
    return (
        f'<section id="w{index}"><nav>{links}</nav><h2>{title}</h2>'
        f'<img src="{_picture_name(index)}" alt="{title}" loading="lazy"></section>'
    )


def _mark(errors: int) -> str:
    return ' class="bad"' if errors else ""


def _picture_name(index: int) -> str:
    return f"wrong-{index + 1:03}.jpg"


@contextmanager
def _whole_folder(folder: Path, *, overwrite: bool) -> Iterator[Path]:
    check_folder(folder, overwrite=overwrite)
    try:
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        try:
            yield partial
            partial.chmod(0o755)
            if folder.exists():
                shutil.rmtree(folder)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {(error.strerror or str(error)).lower()}") from error
