"""Kills the process that counts, or stops its database, and tells whether a count was lost or came twice.

``python -m tests.bench.durability kills [--kills 50] [--postgres]``
``python -m tests.bench.durability outage [--seconds 600]``
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.postgres import Postgres
from tests.services.inference.recorder.killing import Outcome, live, look

PER_SECOND = 100 / 60
LONGEST_LIFE = 6.0


def main() -> int:
    """Run what is asked for; return 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    kills = commands.add_parser("kills")
    kills.add_argument("--kills", type=int, default=50)
    kills.add_argument("--per-second", type=float, default=PER_SECOND)
    kills.add_argument("--postgres", action="store_true")
    outage = commands.add_parser("outage")
    outage.add_argument("--seconds", type=float, default=600.0)
    outage.add_argument("--per-second", type=float, default=PER_SECOND)
    options = parser.parse_args()
    server = Postgres() if options.command == "outage" or options.postgres else None
    try:
        with TemporaryDirectory(prefix="turnstile-bench-") as folder:
            url = server.new_database() if server is not None else None
            if options.command == "kills":
                outcome = _kill(Path(folder), url, options.kills, options.per_second)
            else:
                assert server is not None
                outcome = _outage(Path(folder), str(url), server, options.seconds, options.per_second)
    finally:
        if server is not None:
            server.close()
    return _tell(outcome)


def _kill(folder: Path, url: str | None, kills: int, per_second: float) -> Outcome:
    outcome, chance = Outcome(), random.Random()
    for _ in range(kills):
        live(folder, url, chance.uniform(0.2, LONGEST_LIFE), per_second, outcome)
    look(folder, url, outcome)
    return outcome


def _outage(folder: Path, url: str, server: Postgres, seconds: float, per_second: float) -> Outcome:
    """Count for a while, without the database for ``seconds`` in the middle, and kill the process at the end."""
    outcome = Outcome()
    counting = threading.Thread(target=live, args=(folder, url, seconds + 20, per_second, outcome))
    counting.start()
    pause = threading.Event()
    pause.wait(10)
    server.stop("immediate")
    pause.wait(seconds)
    server.start()
    counting.join()
    look(folder, url, outcome)
    return outcome


def _tell(outcome: Outcome) -> int:
    figures = {
        "lives": len(outcome.starts),
        "announced": len(outcome.announced),
        "stored": len(outcome.stored),
        "lost": len(set(outcome.announced) - set(outcome.stored)),
        "doubled": len(outcome.stored) - len(set(outcome.stored)),
        "in_order": outcome.announced == sorted(outcome.announced),
        "totals_of_rows_rollups_start": outcome.totals,
    }
    print(json.dumps(figures))
    good = not figures["lost"] and not figures["doubled"] and len(set(outcome.totals)) == 1
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
