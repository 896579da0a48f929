"""Which faults begin and which are over: an event for each, so that the console knows when. Pure.

A fault has to last a while before it counts: a service that is just restarted is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from appliance.cloud.live import LiveState
from appliance.cloud.noted import HEALTH, HealthNote

AFTER_S = 20.0
WELL = "well again"
_DISK, _PROCESSES = "the disk is full", "contact processes"


class HealthBook:
    """What was noted last of each topic."""

    def __init__(self) -> None:
        self._wrong: dict[str, str] = {}  # as noted
        self._since: dict[str, float] = {}  # of what is wrong now, monotonic

    def compared(self, state: LiveState, own: Mapping[str, str]) -> Iterator[tuple[str, HealthNote]]:
        """What is to be noted now, by kind; call `noted` for each that was. own: sync's own warnings by topic."""
        now = faults(state, own)
        for topic in tuple(self._since):
            if topic not in now:
                del self._since[topic]
        for topic, text in now.items():
            since = self._since.setdefault(topic, state.at.mono_s)
            if topic not in self._wrong and state.at.mono_s - since >= AFTER_S:
                yield HEALTH, HealthNote(at=state.at, topic=topic, ok=False, text=text)
        for topic in tuple(self._wrong):
            if topic not in now:
                yield HEALTH, HealthNote(at=state.at, topic=topic, ok=True, text=WELL)

    def noted(self, note: HealthNote) -> None:
        """It is in the outbox."""
        if note.ok:
            self._wrong.pop(note.topic, None)
        else:
            self._wrong[note.topic] = note.text


def faults(state: LiveState, own: Mapping[str, str]) -> dict[str, str]:
    """Sentences by topic."""
    found = dict(own)
    told = [text for text in state.health.warnings if text not in own.values()]
    if state.health.edge == "silent":
        found["edge"] = "the edge does not answer: no call can come in"
    for text in told:
        if _DISK in text:
            found["disk"] = text
        elif _PROCESSES in text:
            found["processes"] = text
        elif state.health.edge != "silent" or "edge" not in text:
            found.setdefault("configuration", text)
    return found
