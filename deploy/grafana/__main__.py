"""Writes the dashboards to deploy/grafana/dashboards/, or to the folder given: ``make dashboards`` after any edit."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.grafana.render import render_all

TARGET = Path(__file__).parent / "dashboards"


def main(arguments: list[str]) -> None:
    """Write every file."""
    folder = Path(arguments[0]) if arguments else TARGET
    for name, text in render_all().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
