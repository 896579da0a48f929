"""The supervisors of one conversation as a tree of joined contact processes. Pure.

The conversation's process (the root) keeps a leg free for a consult; each supervisor's own process carries on to two
more. A joint's mode is the strongest of those behind it, because the root can't tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from appliance.contact.protocol import MonitorMode
from appliance.ids import AgentId, ContactId

LEGS = 4  # of a process
FAN_OUT = 2  # joints of a supervisor's process, beside its own phone and its way up
_STRENGTH = (MonitorMode.LISTEN, MonitorMode.WHISPER, MonitorMode.BARGE, MonitorMode.TAKE_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A supervisor in the contact `monitor`, joined to `host`. `present`: the phone is still there; else the process is
    a mere bridge for those behind it."""

    supervisor: AgentId
    monitor: ContactId
    host: ContactId
    mode: MonitorMode
    present: bool = True

    def changed(self, mode: MonitorMode) -> Listener:
        return replace(self, mode=mode)

    def gone(self) -> Listener:
        return replace(self, present=False)


class Listeners:
    """Those of the conversation `root`, in the order in which they came."""

    def __init__(self, root: ContactId, listeners: Iterable[Listener]) -> None:
        self.root = root
        self._all: Mapping[ContactId, Listener] = {listener.monitor: listener for listener in listeners}

    def of(self, supervisor: AgentId) -> Listener | None:
        """The supervisor's, while the phone is there."""
        return next((found for found in self.present() if found.supervisor == supervisor), None)

    def present(self) -> list[Listener]:
        return [listener for listener in self._all.values() if listener.present]

    def place(self, root_legs: int) -> ContactId | None:
        """Whom the next one is joined to: the nearest to the root that has a free leg; None where nobody has.
        `root_legs`: how many the conversation's process has now, those of supervisors included."""
        below = len(self._below(self.root))
        if root_legs < LEGS - 1 or (root_legs < LEGS and not below):
            return self.root
        layer = self._below(self.root)
        while layer:
            for listener in layer:
                room = FAN_OUT if listener.present else FAN_OUT + 1
                if len(self._below(listener.monitor)) < room:
                    return listener.monitor
            layer = [further for listener in layer for further in self._below(listener.monitor)]
        return None

    def joints(self, listener: Listener) -> list[Listener]:
        """Those on the way from `listener` up to the root, itself first."""
        way = [listener]
        while (above := self._all.get(way[-1].host)) is not None:
            way.append(above)
        return way

    def strongest(self, joint: Listener) -> MonitorMode:
        """The mode of the joint by which `joint` and all behind it are heard."""
        modes = [joint.mode] if joint.present else [MonitorMode.LISTEN]
        modes += [self.strongest(further) for further in self._below(joint.monitor)]
        return max(modes, key=_STRENGTH.index)

    def with_mode(self, listener: Listener, mode: MonitorMode) -> Listeners:
        changed = {**self._all, listener.monitor: listener.changed(mode)}
        return Listeners(self.root, changed.values())

    def overheard(self) -> Listener | None:
        """Somebody who whispers behind a joint that all hear, because another one behind it barges in; None: nobody."""
        for listener in self.present():
            if listener.mode is MonitorMode.WHISPER:
                modes = [self.strongest(joint) for joint in self.joints(listener)]
                if any(mode is not MonitorMode.WHISPER for mode in modes):
                    return listener
        return None

    def _below(self, host: ContactId) -> list[Listener]:
        return [listener for listener in self._all.values() if listener.host == host]
