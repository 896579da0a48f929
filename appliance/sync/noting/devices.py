"""Notes what becomes of the box's lines: there, without a line, gone. Headsets note themselves (`devices.seat`).

Read from the small files that each line's service keeps in `run_dir/lines`. Calls on a line are no news of a device.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from appliance.cloud.noted import DEVICE, DeviceNote
from appliance.errors import RequestError
from appliance.stamps import Stamp
from appliance.sync.ground import Ground
from appliance.sync.wire.switchboard_link import SwitchboardAwayError

logger = logging.getLogger(__name__)

EVERY_S = 5.0
THERE, DEAD, GONE = "there", "no line", "gone"
_NO_LINE = "no_line"  # a line's own word for it


class LineSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Of a line's file only what a note needs."""

    line: str
    kind: str
    state: str
    model: str = ""
    remarks: tuple[str, ...] = ()
    pid: int = 0


Seen = Mapping[str, LineSeen]
Noted = dict[str, tuple[str, str]]  # line → kind and state


async def run(ground: Ground) -> None:
    """Until it is cancelled."""
    noted: Noted = {}
    while True:
        seen = await asyncio.to_thread(look, ground.paths.run / "lines")
        for note in changes(noted, seen, ground.clock()):
            try:
                await ground.switchboard.call("outbox.note", kind=DEVICE, content=msgspec.to_builtins(note))
            except (SwitchboardAwayError, RequestError) as error:
                logger.debug("a device is noted later: %s", error)
                break
            _remember(noted, note)
        await asyncio.sleep(EVERY_S)


def look(folder: Path) -> dict[str, LineSeen]:
    """The lines whose service lives."""
    found = (_read(file) for file in sorted(folder.glob("*.json")))
    return {line.line: line for line in found if line is not None and _lives(line.pid)}


def changes(noted: Noted, seen: Seen, now: Stamp) -> Iterator[DeviceNote]:
    """What is to be noted since. Pure."""
    for name, line in seen.items():
        state = DEAD if line.state == _NO_LINE else THERE
        if noted.get(name) != (line.kind, state):
            text = ", ".join(filter(None, (line.model, *line.remarks)))
            yield DeviceNote(at=now, device=name, kind=line.kind, state=state, text=text)
    for name, (kind, state) in noted.items():
        if name not in seen and state != GONE:
            yield DeviceNote(at=now, device=name, kind=kind, state=GONE)


def _remember(noted: Noted, note: DeviceNote) -> None:
    noted[note.device] = (note.kind, note.state)


def _read(file: Path) -> LineSeen | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=LineSeen)
    except (OSError, msgspec.MsgspecError) as error:
        logger.debug("%s tells nothing: %s", file, error)
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid > 0
