"""The `turnstile` command. Each subcommand imports its own service only: a streamer needs no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="turnstile",
    help="Counts people over live video.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def up(
    source: Annotated[
        str | None, typer.Option(help="A device, a file or a URL: one camera, named main. Without it, a demo.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="The configuration file, for everything else.")] = None,
    model: Annotated[str | None, typer.Option(help="An OpenVINO folder, or a .pt, .onnx or .engine file.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 0.0.0.0 for all.")] = None,
    port: Annotated[int | None, typer.Option(help="Of the page; the next two are capture's and inference's.")] = None,
) -> None:
    """Run everything on this machine."""
    from services.up.main import Options  # noqa: PLC0415
    from services.up.main import up as run  # noqa: PLC0415

    raise typer.Exit(run(Options(source, config, model, host, port)))


@app.command()
def capture() -> None:
    """Run the capture service alone."""
    from services.capture.main import main as run  # noqa: PLC0415

    raise typer.Exit(run())


@app.command()
def inference() -> None:
    """Run the inference service alone."""
    from services.inference.main import main as run  # noqa: PLC0415

    raise typer.Exit(run())


@app.command()
def streamer() -> None:
    """Run the streamer service alone."""
    from services.streamer.main import main as run  # noqa: PLC0415

    raise typer.Exit(run())


@app.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what works here and what does not, and what to do about it."""
    from services.doctor.main import main as run  # noqa: PLC0415

    raise typer.Exit(run(as_json=json))


@app.command()
def demo(
    frames: Annotated[int, typer.Option(min=1, help="How many.")],
    scene: Annotated[str, typer.Option(help="plaza or street.")] = "plaza",
    people: Annotated[int, typer.Option(help="0 to 200.")] = 12,
    seed: Annotated[int, typer.Option(help="Everything random follows from it.")] = 7,
    fps: Annotated[float, typer.Option(help="Frames per second.")] = 30.0,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT.")] = "1280x720",
    video: Annotated[Path | None, typer.Option(help="Where to write the pictures: an MP4.")] = None,
    truth: Annotated[Path | None, typer.Option(help="Where to write who is where: MOTChallenge CSV.")] = None,
) -> None:
    """Write the built-in scene, and the truth about it, to files."""
    from services.capture.demo.main import Outputs  # noqa: PLC0415
    from services.capture.demo.main import main as run  # noqa: PLC0415

    query = f"people={people}&seed={seed}&fps={fps}&size={size}"
    raise typer.Exit(run(f"demo://{scene}?{query}", frames, Outputs(video, truth)))


Lines = Annotated[
    list[str] | None, typer.Option("--line", help="NAME=x1,y1,x2,y2, in fractions of the picture; again for another.")
]
Pixels = Annotated[bool, typer.Option("--pixels", help="Lines and zones are in pixels.")]
Model = Annotated[str | None, typer.Option(help="A path, a name such as yolo26s, or auto.")]
FromConfig = Annotated[Path | None, typer.Option("--config", help="Take model, lines and zones from this file too.")]
OfCamera = Annotated[str | None, typer.Option("--camera", help="Whose lines and zones, where it has several cameras.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that are there.")]


@app.command()
def analyze(  # noqa: PLR0913, PLR0917 - the options of a command
    videos: Annotated[list[Path], typer.Argument(help="Video files, or folders of them.")],
    model: Model = None,
    line: Lines = None,
    zone: Annotated[list[str] | None, typer.Option(help="NAME=x1,y1,x2,y2,x3,y3…; again for another.")] = None,
    pixels: Pixels = False,
    config: FromConfig = None,
    camera: OfCamera = None,
    output: Annotated[Path | None, typer.Option(help="Write the annotated video: MP4; a folder for several.")] = None,
    events: Annotated[Path | None, typer.Option(help="Write the crossings: CSV; a folder for several.")] = None,
    tracks: Annotated[Path | None, typer.Option(help="Write the tracks: MOTChallenge; a folder for several.")] = None,
    json: AsJson = False,
    overwrite: Overwrite = False,
    low_latency: Annotated[
        bool, typer.Option("--low-latency", help="The first frame as early as possible, not all as soon as possible.")
    ] = False,
) -> None:
    """Count recorded videos."""
    from services.inference.analyze.main import main as run  # noqa: PLC0415
    from services.inference.analyze.task import Request  # noqa: PLC0415
    from services.inference.analyze.videos import Wanted  # noqa: PLC0415

    request = Request(line or (), zone or (), pixels, model, config, camera, low_latency)
    raise typer.Exit(run(videos, request, Wanted(output, events, tracks, overwrite), as_json=json))


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917 - the options of a command
    video: Annotated[Path, typer.Argument(help="A video file.")],
    truth: Annotated[Path, typer.Option(help="Who is where in it: MOTChallenge CSV.")],
    model: Model = None,
    line: Lines = None,
    pixels: Pixels = False,
    config: FromConfig = None,
    camera: OfCamera = None,
    truth_band: Annotated[
        float, typer.Option(min=0, help="Within so many pixels of a line true boxes are on neither side.")
    ] = 4.0,
    truth_offset: Annotated[
        int | None, typer.Option(help="Frame 1 of the truth is frame 1 + this; found out where not given.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page with pictures of each mistake: a folder.")] = None,
    json: AsJson = False,
    overwrite: Overwrite = False,
) -> None:
    """Judge the counts of a recorded video by its ground truth."""
    from services.inference.analyze.task import Request  # noqa: PLC0415
    from services.inference.evaluate.main import Judgement  # noqa: PLC0415
    from services.inference.evaluate.main import main as run  # noqa: PLC0415

    request = Request(line or (), (), pixels, model, config, camera)
    raise typer.Exit(run(video, request, Judgement(truth, truth_band, truth_offset, report, overwrite), as_json=json))


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
