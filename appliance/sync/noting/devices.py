"""Notes what becomes of the box's lines: there, without a line, gone. Headsets note themselves (`devices.seat`).

Read from the small files that each line's service keeps in `run_dir/lines`. Calls on a line are no news of a device.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from appliance.cloud.noted import DEVICE, DeviceNote
from appliance.devices.line.board import LineShown, shown_lines
from appliance.errors import RequestError
from appliance.stamps import Stamp
from appliance.sync.ground import Ground
from appliance.sync.wire.switchboard_link import SwitchboardAwayError

logger = logging.getLogger(__name__)

EVERY_S = 5.0
THERE, DEAD, GONE = "there", "no line", "gone"
_NO_LINE = "no_line"  # a line's own word for it


Seen = Mapping[str, LineShown]
Noted = dict[str, tuple[str, str]]  # line → kind and state


async def run(ground: Ground) -> None:
    """Until it is cancelled."""
    noted: Noted = {}
    while True:
        seen = await asyncio.to_thread(look, ground.paths.run)
        for note in changes(noted, seen, ground.clock()):
            try:
                await ground.switchboard.call("outbox.note", kind=DEVICE, content=msgspec.to_builtins(note))
            except (SwitchboardAwayError, RequestError) as error:
                logger.debug("a device is noted later: %s", error)
                break
            _remember(noted, note)
        await asyncio.sleep(EVERY_S)


def look(run: Path) -> Seen:
    """The lines whose service lives."""
    return {name: line for name, line in shown_lines(run).items() if line.running}


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
