"""In which order the events of one contact happened. Pure.

Two writers number their events apart. Within a writer the numbers decide; between writers the monotonic clock, which
all processes of one boot share. Boots follow each other as they first appear: the contact process lives within one
boot, and a later boot only adds the switchboard's repair.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from appliance.events import ContactEvent, Writer


def chronological(events: Iterable[ContactEvent]) -> list[ContactEvent]:
    """The events of one contact, given in any order, as they happened."""
    by_writer: dict[Writer, list[ContactEvent]] = {writer: [] for writer in Writer}
    for event in sorted(events, key=lambda event: event.seq):
        by_writer[event.writer].append(event)
    boots: dict[str, int] = {}
    for line in by_writer.values():
        for event in line:
            boots.setdefault(event.at.boot, len(boots))
    return list(heapq.merge(*by_writer.values(), key=lambda event: (boots[event.at.boot], event.at.mono_s)))
