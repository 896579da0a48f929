"""How many calls does a box carry, and how well? Prints one JSON line.

    python tests/bench/calls.py --calls 40 --rate 8 --hold 30

Starts a whole box, registers one SIPp agent per call, lets SIPp call in by a static trunk, and carries marked RTP in
both directions (`kit.media`). Every figure is measured from outside: SIP times from SIPp's trace, CPU and memory from
/proc, loss end to end from the marks, recordings by decoding them. Faults go to standard error; exit status 1 when a
call failed, a recording is bad or 0.1 % of the packets were lost.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.drive import Bench, Load
from bench.judge import judge

LOSS_LIMIT_PCT = 0.1


def main() -> int:
    """Run as the arguments say."""
    arguments = _arguments()
    load = Load(calls=arguments.calls, rate=arguments.rate, hold_s=arguments.hold)
    with contextlib.ExitStack() as opened:
        folder = (
            arguments.keep or Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="lk-bench-")))
        ).absolute()
        folder.mkdir(parents=True, exist_ok=arguments.keep is None)
        with Bench(folder, load) as bench:
            figures = judge(bench.run())
    print(json.dumps(figures), flush=True)
    good = figures["failed"] == 0 and figures["recordings_valid"] == load.calls
    return 0 if good and figures["rtp_lost_pct"] < LOSS_LIMIT_PCT else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Concurrent recorded and bridged calls; one JSON line.")
    parser.add_argument("--calls", type=int, default=40, help="calls at the same time")
    parser.add_argument("--rate", type=float, default=8.0, help="new calls a second")
    parser.add_argument("--hold", type=float, default=30.0, help="seconds from answer to hang-up")
    parser.add_argument(
        "--keep", type=Path, default=None, help="new folder for logs and recordings (default: none kept)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
