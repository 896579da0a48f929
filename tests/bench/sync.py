"""How fast does a box catch up with its console, what does it cost, and do calls notice? Prints one JSON line.

    python tests/bench/sync.py --contacts 2000 --recordings 6 --calls 20

First a real box (switchboard and sync service) and a real console with a bad link between them: delay each way and loss
of IP packets, in network namespaces (root only). Then a whole box with calls up (as `calls.py`), once without and once
with a backlog that it sends to a console on loopback meanwhile. How many boxes a console takes is in `console.py`.
Exit status 1 when a call failed or 0.1 % of its packets were lost.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.backlog import Template, fill, template
from bench.catch_up import catch_up
from bench.drive import Bench, Load, say
from bench.judge import judge
from kit.bad_link import BadLink, why_not
from kit.far_console import FarConsole
from kit.ports import reserved_ports

from appliance.config.paths import BoxPaths
from appliance.sync.standing import position_on_disk

LINKS = ((0.0, 0.0), (50.0, 0.0), (200.0, 0.0), (0.0, 0.01), (50.0, 0.01), (200.0, 0.01))  # delay each way, loss
LOSS_LIMIT_PCT = 0.1
RATE, HOLD_S = 4.0, 30.0
OF_CALLS = ("failed", "rtp_lost_pct", "jitter_ms_max", "setup_ms_p99", "agent_setup_ms_p99", "cores_per_call")


def main() -> int:
    """Run as the arguments say."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="lk-bench-") as folder:
        made = template(Path(folder))
        figures: dict[str, Any] = {}
        if arguments.contacts:
            figures["catch_up"] = _over_links(Path(folder), made, arguments.contacts, arguments.recordings)
        if arguments.calls:
            figures["calls"] = _under_calls(Path(folder), made, arguments.calls, arguments.backlog)
    print(json.dumps(figures), flush=True)
    calls = figures.get("calls", {}).values()
    return int(any(run["failed"] or run["rtp_lost_pct"] >= LOSS_LIMIT_PCT for run in calls))


def _over_links(folder: Path, made: Template, contacts: int, recordings: int) -> list[dict[str, Any]]:
    if why := why_not():
        say(f"no bad link on this machine: {why}")
        return []
    found = []
    for number, (delay_ms, loss) in enumerate(LINKS):
        with BadLink() as link:
            row = catch_up(
                folder / f"link-{number}",
                made,
                link,
                delay_ms=delay_ms,
                loss=loss,
                contacts=contacts,
                recordings=recordings,
            )
            found.append({**row, "netem": link.netem})
    return found


def _under_calls(folder: Path, made: Template, calls: int, backlog: int) -> dict[str, dict[str, Any]]:
    load = Load(calls=calls, rate=RATE, hold_s=HOLD_S)
    (folder / "quiet").mkdir()
    (folder / "busy").mkdir()
    with Bench(folder / "quiet", load) as bench:
        quiet = judge(bench.run())
    fill(folder / "busy" / "box" / "data", made, contacts=backlog)
    with reserved_ports(2) as ports:
        console = FarConsole(folder / "console", ports=(ports.take(), ports.take()), prefix=("nice", "-n", "19"))
        with console, Bench(folder / "busy", load) as bench:
            watch = _CatchingUp(console, BoxPaths(data=bench.box.data, run=bench.box.run), calls / RATE + 3.0)
            run = bench.run()
            busy = {**judge(replace(run, recordings=[])), **watch.report()}  # they are sealed by now
            spent_s = run.after.cpu_s.get("sync", 0.0) - run.before.cpu_s.get("sync", 0.0)
            busy["sync_cpu_s"] = round(spent_s, 2)
    extra = ("caught_up_events_per_s", "caught_up_events", "sync_cpu_s", "sync_busy_s")
    return {
        "without_backlog": {name: quiet[name] for name in OF_CALLS},
        "while_catching_up": {name: busy[name] for name in (*OF_CALLS, *extra)},
    }


class _CatchingUp:
    """Enrols the box once the calls are up, and follows how far it gets until they begin to end."""

    def __init__(self, console: FarConsole, paths: BoxPaths, after_s: float) -> None:
        self._paths = paths
        self._seen: list[tuple[float, int]] = []
        self._thread = threading.Thread(target=self._run, args=(console, after_s), daemon=True)
        self._thread.start()

    def _run(self, console: FarConsole, after_s: float) -> None:
        time.sleep(after_s)
        console.enrol("branch", self._paths.data)
        until = time.monotonic() + HOLD_S - 3.0 - 3.0
        while time.monotonic() < until:
            found = position_on_disk(self._paths)
            if found is not None and found.seq and (not self._seen or found.seq != self._seen[-1][1]):
                self._seen.append((time.monotonic(), found.seq))
            time.sleep(0.05)

    def report(self) -> dict[str, Any]:
        """While the backlog lasted."""
        self._thread.join()
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        took_s = max(ended - began, 0.001)
        say(f"caught up {last} events in {took_s:.1f} s beside the calls")
        return {
            "caught_up_events": last,
            "caught_up_events_per_s": round((last - first) / took_s, 1),
            "sync_busy_s": round(took_s, 1),
        }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Catching up with the console; one JSON line.")
    parser.add_argument("--contacts", type=int, default=2000, help="contacts of the backlog at each link; 0: no links")
    parser.add_argument("--recordings", type=int, default=6, help="recordings of 480 kB beside them")
    parser.add_argument("--calls", type=int, default=20, help="calls up while a box catches up; 0: none")
    parser.add_argument("--backlog", type=int, default=10_000, help="contacts of the backlog beside the calls")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
