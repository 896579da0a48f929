"""A box that was offline catches up with a real console over a link with delay and loss: how fast, how many bytes."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.backlog import RECORDING_BYTES, Template, fill
from bench.drive import say
from kit import proc
from kit.bad_link import BadLink
from kit.far_console import FarConsole
from kit.processes import Program
from switchboard.place import Place

from appliance.store import Store
from appliance.sync.standing import position_on_disk

PATIENCE_S = 900.0
LOOK_S = 0.02


def catch_up(
    folder: Path, made: Template, link: BadLink, *, delay_ms: float, loss: float, contacts: int, recordings: int
) -> dict[str, Any]:
    """contact_records_per_s, events_per_s, recordings_mb_per_s, wire_bytes_per_contact_record (IP packets both ways,
    TLS and its handshakes included, before the first recording goes), sync_cpu_ms_per_record."""
    (folder / "box").mkdir(parents=True)
    place = Place(folder / "box")
    try:
        fill(place.paths.data, made, contacts=contacts, recordings=recordings)
        program = place.start()
        place.serves(program)
        with FarConsole(folder / "console", address=link.CONSOLE, prefix=link.console) as console:
            console.enrol("branch", place.paths.data, prefix=link.box)
            link.shape(delay_ms=delay_ms, loss=loss)
            words = (*link.box, sys.executable, "-m", "appliance.sync", "--config", str(place.config))
            sync = Program(words, log=folder / "sync.log")
            try:
                found = _measured(place, link, sync, contacts + recordings)
                if recordings:
                    found["recordings_mb_per_s"] = _recordings(place, recordings)
            finally:
                sync.stop()
                link.shape()
    finally:
        place.close()
        shutil.rmtree(folder)
    row = {"delay_ms": delay_ms, "loss_pct": loss * 100, **found}
    say(f"catch-up: {row}")
    return row


def _measured(place: Place, link: BadLink, sync: Program, records: int) -> dict[str, Any]:
    with Store.open_read_only(place.paths.store) as store:
        waiting = store.outbox.depth()
    carried = sum(link.carried())
    first = _until(lambda: _acknowledged(place), "the console has heard of the box")
    began = time.monotonic()
    last = _until(lambda: now if (now := _acknowledged(place)) >= waiting else 0, "everything is delivered")
    took_s = time.monotonic() - began
    events_s = (last - first) / took_s
    return {
        "contact_records_per_s": round(events_s * records / waiting, 1),
        "events_per_s": round(events_s, 1),
        "events_per_contact": round(waiting / records, 1),
        "wire_bytes_per_contact_record": round((sum(link.carried()) - carried) / records),
        "sync_cpu_ms_per_record": round(1000 * _cpu_s(sync.pid) / records, 2),
    }


def _recordings(place: Place, recordings: int) -> float:
    """MB/s from the first one that has arrived to the last."""
    first = _until(lambda: _arrived(place), "a recording has arrived")
    began = time.monotonic()
    last = _until(lambda: now if (now := _arrived(place)) >= recordings else 0, "all recordings have arrived")
    return round((last - first) * RECORDING_BYTES / 1e6 / max(time.monotonic() - began, 0.001), 3)


def _arrived(place: Place) -> int:
    with Store.open_read_only(place.paths.store) as store:
        return store.sealed_recordings.totals().delivered


def _acknowledged(place: Place) -> int:
    found = position_on_disk(place.paths)
    return 0 if found is None else found.seq


def _cpu_s(pid: int) -> float:
    return sum(member.cpu_s for member in proc.tree(pid))


def _until(found: Callable[[], int], what: str) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := found()):
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(LOOK_S)
    return answer
