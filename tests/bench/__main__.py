"""Measure Turnstile beside the plain design; print a table and write the figures as JSON.

The figures mean something only on a machine that does nothing else meanwhile.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.procs import ROOT, BenchError
from tests.bench.report import Outcome, as_json, machine, table
from tests.bench.scenarios import SCENARIOS
from tests.bench.scene import MODEL
from tests.bench.watch import Span

FULL = Span(warm_up=5.0, measure=20.0, memory=600.0)
QUICK = Span(warm_up=1.5, measure=4.0, memory=10.0)


def main() -> int:
    """Run the scenarios asked for; return the exit status: 1 where one of them could not be measured."""
    options = _options()
    if not MODEL.exists():
        print(f"make bench needs the model {MODEL}", file=sys.stderr)
        return 2
    span = QUICK if options.quick else FULL
    if options.seconds:
        span = Span(span.warm_up, options.seconds, options.seconds if options.only == ["memory"] else span.memory)
    _say(machine())
    for number in (signal.SIGINT, signal.SIGTERM):
        # What was started is ended on either; and a shell's background job, which ignores SIGINT, hands that on to it.
        signal.signal(number, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="turnstile-bench-") as logs:
        outcomes = [_run(name, span, Path(logs)) for name in options.only or SCENARIOS]
    print(table(outcomes))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(as_json(outcomes), indent=2, ensure_ascii=False) + "\n")
    _say(f"as JSON: {options.json}")
    return 1 if any(outcome.failure for outcome in outcomes) else 0


def _run(name: str, span: Span, logs: Path) -> Outcome:
    started = time.monotonic()
    _say(f"measuring {name} …")
    try:
        outcome = SCENARIOS[name](span, logs)
    except BenchError as error:
        outcome = Outcome(name, name, failure=str(error))
    _say(f"measured {name} in {time.monotonic() - started:.0f} s")
    return outcome


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short looks: tells that it works, not how well")
    parser.add_argument("--only", action="append", choices=SCENARIOS, metavar="NAME", help=f"of {', '.join(SCENARIOS)}")
    parser.add_argument("--seconds", type=float, help="of each measurement; of the memory run with --only memory")
    parser.add_argument("--json", type=Path, default=ROOT / "out" / "bench.json", help="where the figures go")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
