"""How many boxes one console takes, and how soon the live board shows what happened. Prints one JSON line.

    python tests/bench/console.py [--boxes 1000] [--processes 1 2 4]

A real PostgreSQL server (durable), `linekeeper console --processes N`, and two processes of load: every box has its own
certificate and its own TLS connection. First all boxes tell steadily how they are (each every 10 s) and of contacts,
and watchers hold the event streams of some branches: from the instant in the box's live state until a page has read it.
Then every box sends the contacts of days without a link as fast as they are taken. All of it shares this machine's
cores: what the load itself used is reported. Details go to standard error; exit status 1 if anything was refused or
what was stored isn't what was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
from bench.console_boxes import Credentials, enrol
from bench.console_load import Job
from bench.console_watch import Watch, percentile
from kit.console import console
from kit.console_process import started
from kit.people import add_person, browser_of
from kit.postgres import Server, server
from kit.proc import tree
from sqlalchemy import func, select

from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.database.tables import Contact, Event

LOADS = 2
WATCHED = 20
LIVE_EVERY_S = 10.0
CONTACT_EVERY_S = 20.0  # of each box: 180 contacts an hour, far more than a small branch has
SIZE = 5


class Console:
    """`linekeeper console` on a database of its own, with the boxes enrolled."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, Any], folder: Path) -> None:
        self.process, self.said, self.folder = process, said, folder

    def cpu_s(self) -> float:
        """Of all its processes."""
        return sum(member.cpu_s for member in tree(self.process.pid))


def main() -> int:
    """Run as the arguments say."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="linekeeper-bench-") as folder, server(durable=True) as one:
        runs = {count: _run(one, Path(folder) / str(count), count, arguments) for count in arguments.processes}
    first = next(iter(runs.values()))
    figures = {
        "boxes": arguments.boxes,
        "cores": os.cpu_count(),
        **{f"records_per_s_{count}p": round(run["records_per_s"]) for count, run in runs.items()},
        **{f"live_p99_ms_{count}p": round(run["live_p99_ms"]) for count, run in runs.items()},
        **{f"live_p50_ms_{count}p": round(run["live_p50_ms"]) for count, run in runs.items()},
        "events_per_s": round(max(run["events_per_s"] for run in runs.values())),
        "bytes_per_record": round(first["bytes_per_record"]),
        "load_cores": round(max(run["load_cores"] for run in runs.values()), 2),
        "console_cores": round(max(run["console_cores"] for run in runs.values()), 2),
        "turned_away": sum(run["turned_away"] for run in runs.values()),
        "faults": sum(run["faults"] for run in runs.values()),
    }
    print(json.dumps(figures), flush=True)
    return 0 if figures["faults"] == 0 else 1


def _run(one: Server, folder: Path, processes: int, arguments: argparse.Namespace) -> dict[str, Any]:
    folder.mkdir(parents=True)
    url = one.database()
    made, cookie = asyncio.run(_prepared(url, folder, arguments.boxes))
    words = ("--log-level", "error", "--processes", str(processes))
    with started(folder, *words, LINEKEEPER_CONSOLE_DATABASE=url) as (process, said):
        served = Console(process, said, folder)
        with _loads(served, made, arguments) as loads:
            latencies = _steady(served, loads, made, cookie)
            taken = _flat_out(served, loads)
        stored = asyncio.run(_stored(url, folder))
    sent = {"records": taken["records"] + taken["steady_records"], "events": taken["events_all"]}
    taken["faults"] += stored != sent
    taken |= {"live_p50_ms": percentile(latencies, 50) * 1000, "live_p99_ms": percentile(latencies, 99) * 1000}
    _say(f"{processes} processes: {json.dumps(taken)}; stored {stored}, {len(latencies)} live states seen")
    return taken


async def _prepared(url: str, folder: Path, boxes: int) -> tuple[list[Credentials], str]:
    """Boxes, and the cookie of somebody who may see all branches."""
    async with console(url, folder) as one:
        made = await enrol(one, boxes, folder)
        await add_person(one, "watcher", "supervisor@*")
        cookie = (await browser_of(one, "watcher"))["Cookie"]
        return made, cookie


async def _stored(url: str, folder: Path) -> dict[str, int]:
    async with console(url, folder) as one, one.database.reading() as session:
        records = await session.scalar(select(func.count()).select_from(Contact))
        events = await session.scalar(select(func.count()).select_from(Event))
        return {"records": records or 0, "events": events or 0}


@contextmanager
def _loads(
    served: Console, made: Sequence[Credentials], arguments: argparse.Namespace
) -> Iterator[list[subprocess.Popen[str]]]:
    authority = served.folder / "authority.crt"
    authority.write_text(console_keys(authority_folder(served.folder)).certificate_pem)
    host, _, port = served.said["boxes"].removeprefix("https://").rpartition(":")
    with ExitStack() as stack:
        running = []
        for place in range(LOADS):
            job = Job(
                boxes=tuple(made[place::LOADS]), host=host, port=int(port), authority=str(authority),
                live_s=arguments.seconds, live_every_s=LIVE_EVERY_S, contact_every_s=CONTACT_EVERY_S,
                count=arguments.batches, size=SIZE, now_s=time.time(),
            )  # fmt: skip
            process = _load_process()
            stack.callback(_end, process)
            _tell(process, msgspec.json.encode(job).decode())
            running.append(process)
        for process in running:
            _answer(process)
        yield running


def _steady(
    served: Console, loads: Sequence[subprocess.Popen[str]], made: Sequence[Credentials], cookie: str
) -> list[float]:
    """Seconds from the box's instant to a page that has read it."""
    branches = [one.branch for one in made[:: max(1, len(made) // WATCHED)]][:WATCHED]
    watch = Watch(served.said["people"], cookie, branches)
    watch.start()
    for process in loads:
        _tell(process, "go")
    for process in loads:
        _say(f"steady: {_answer(process)}")
    return watch.stop()


def _flat_out(served: Console, loads: Sequence[subprocess.Popen[str]]) -> dict[str, Any]:
    before = served.cpu_s()
    for process in loads:
        _tell(process, "go")
    parts = [_answer(process) for process in loads]
    took_s = max(part["ended"] for part in parts) - min(part["began"] for part in parts)
    records, events, size = (sum(part[name] for part in parts) for name in ("records", "events", "bytes"))
    return {
        "records": records,
        "steady_records": sum(part["steady_records"] for part in parts),
        "events_all": events + sum(part["steady_events"] for part in parts),
        "records_per_s": records / took_s,
        "events_per_s": events / took_s,
        "bytes_per_record": size / records,
        "load_cores": sum(part["cpu_s"] for part in parts) / took_s,
        "console_cores": (served.cpu_s() - before) / took_s,
        "faults": sum(part["faults"] for part in parts),
        "turned_away": sum(part["turned_away"] for part in parts),
    }


def _load_process() -> subprocess.Popen[str]:
    words = [sys.executable, str(Path(__file__).with_name("console_load.py"))]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(30)


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "a process of the load ended"
    answer: dict[str, Any] = json.loads(line)
    return answer


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The console under the load of many boxes.")
    parser.add_argument("--boxes", type=int, default=1000)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=20.0, help="of steady live states")
    parser.add_argument("--batches", type=int, default=5, help="of each box, with 5 contacts each")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
