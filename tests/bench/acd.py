"""Does the ACD wait its callers as theory says, and how long does a decision take? Prints one JSON line.

    python tests/bench/acd.py

The real `appliance.acd` runs simulated days (Poisson arrivals, exponential handling and patience) and is compared with
Erlang C and Erlang A: the greatest deviation of mean wait, service level and share abandoned. One run of 100,000
contacts scatters by several per cent by chance alone, so several runs are averaged. Then every decision is timed
(processor time) at 50 queues × 200 agents × 1,000 waiting contacts, half of which ask for proficiencies, and at ten
times less and more: `decisions_per_s` is what one core makes, `growth_ratio` how much slower p99 is with 100 times the
contacts (n log n would be 200). Details go to standard error; exit status 1 beyond 3 % or 1 ms, or if growth is worse.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from statistics import fmean

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.acd_load import Crowd, Size, percentile_us
from bench.erlang import Figures, Staffing, erlang_a, erlang_c
from bench.queue_sim import Simulation

ERROR_LIMIT_PCT = 3.0
DECISION_LIMIT_US = 1000.0
PATIENT = Staffing(agents=5, arrival_rate=3 / 200, handling_rate=1 / 200)
IMPATIENT = Staffing(agents=25, arrival_rate=26 / 200, handling_rate=1 / 200, patience_rate=1 / 120)
GROWTH = (100, 1000, 10000)
GROWTH_LIMIT = 200.0  # n log n: 100 times the contacts, twice the logarithm


def main() -> int:
    """Run as the arguments say."""
    arguments = _arguments()
    figures = {
        "erlang_c_error_pct": _error_pct(PATIENT, erlang_c, arguments),
        "erlang_a_error_pct": _error_pct(IMPATIENT, erlang_a, arguments),
    }
    timed = {waiting: _decisions(waiting, arguments.steps) for waiting in GROWTH}
    figures |= timed[Size().waiting]
    figures["growth_ratio"] = timed[GROWTH[-1]]["decision_us_p99"] / timed[GROWTH[0]]["decision_us_p99"]
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}), flush=True)
    true = max(figures["erlang_c_error_pct"], figures["erlang_a_error_pct"]) <= ERROR_LIMIT_PCT
    quick = figures["decision_us_p99"] < DECISION_LIMIT_US and figures["growth_ratio"] < GROWTH_LIMIT
    return 0 if true and quick else 1


def _error_pct(staffing: Staffing, theory: Callable[[Staffing], Figures], arguments: argparse.Namespace) -> float:
    """The greatest deviation of the three figures from theory, in per cent of what theory says."""
    seen, expected = [], []
    for seed in range(arguments.runs):
        simulation = Simulation(staffing, seed)
        seen.append(simulation.run(arguments.contacts))
        expected.append(theory(simulation.drawn()))
    worst = 0.0
    for name in (field.name for field in fields(Figures)):
        is_, should = (fmean(getattr(run, name) for run in runs) for runs in (seen, expected))
        error = 100 * abs(is_ - should) / should if should else 100 * is_
        _say(f"{theory.__name__} {name}: {is_:.4f}, theory {should:.4f}, off by {error:.2f} %")
        worst = max(worst, error)
    return worst


def _decisions(waiting: int, steps: int) -> dict[str, float]:
    crowd = Crowd(Size(waiting=waiting))
    gc.collect()
    crowd.run(steps)
    total_s = sum(crowd.times_ns) / 1e9
    p50, p99 = percentile_us(crowd.times_ns, 50), percentile_us(crowd.times_ns, 99)
    _say(
        f"{waiting} waiting: p50 {p50:.0f} us, p99 {p99:.0f} us, max {max(crowd.times_ns) / 1000:.0f} us; "
        f"{len(crowd.times_ns) / total_s:.0f} events/s, {crowd.offers / total_s:.0f} offers/s"
    )
    return {"decision_us_p50": p50, "decision_us_p99": p99, "decisions_per_s": len(crowd.times_ns) / total_s}


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The ACD against queueing theory, and against the clock.")
    parser.add_argument("--contacts", type=int, default=100_000, help="contacts a run")
    parser.add_argument("--runs", type=int, default=10, help="independent runs that are averaged")
    parser.add_argument("--steps", type=int, default=20_000, help="timed steps a size")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
