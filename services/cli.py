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


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
