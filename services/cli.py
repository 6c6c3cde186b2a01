"""The `turnstile` command."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.command()
def capture() -> None:
    """Run the capture service alone."""
    from services.capture.main import main as run  # noqa: PLC0415 - each command loads its own service only

    raise typer.Exit(run())


@app.command()
def inference() -> None:
    """Run the inference service alone."""
    from services.inference.main import main as run  # noqa: PLC0415 - each command loads its own service only

    raise typer.Exit(run())


@app.command()
def streamer() -> None:
    """Run the streamer service alone."""
    from services.streamer.main import main as run  # noqa: PLC0415 - each command loads its own service only

    raise typer.Exit(run())


def main() -> None:
    """Run the command line."""
    app()
