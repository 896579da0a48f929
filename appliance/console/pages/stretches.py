"""From a contact's moments to stretches of time: who was in what when. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from appliance import events as ev
from appliance.records.timeline import Moment

MENU, QUEUE, RECORDING = "menu", "queue", "recording"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds since the epoch; look: flow, wait, ring, talk, hold, work, tape."""

    begin: int
    end: int
    look: str


class Lane(msgspec.Struct, kw_only=True):
    """name: MENU, QUEUE, RECORDING, or the agent's."""

    name: str
    is_agent: bool = False
    parts: list[Part] = msgspec.field(default_factory=list)


class _Lanes:
    """Open stretches by (lane, look); whatever is still open at the end ends there."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}
        self._open: dict[tuple[str, str], int] = {}
        self._talking = ""

    def begin(self, name: str, look: str, second: int, *, is_agent: bool = False) -> None:
        self.lanes.setdefault(name, Lane(name=name, is_agent=is_agent))
        self._open.setdefault((name, look), second)

    def end(self, name: str, look: str, second: int) -> None:
        begin = self._open.pop((name, look), None)
        if begin is not None:
            self.lanes[name].parts.append(Part(begin=begin, end=second, look=look))

    def end_all(self, second: int, *, but: str = "") -> None:
        for name, look in list(self._open):
            if look != but:
                self.end(name, look, second)

    def take(self, moment: Moment) -> None:
        self._visit(moment.body, moment.second)
        self._agent(moment.body, moment.second)

    def _visit(self, body: ev.AnyBody, at: int) -> None:
        match body:
            case ev.FlowStarted():
                self.begin(MENU, "flow", at)
            case ev.FlowEnded():
                self.end(MENU, "flow", at)
            case ev.ContactQueued():
                self.begin(QUEUE, "wait", at)
            case ev.ContactDequeued():
                self.end(QUEUE, "wait", at)
            case ev.RecordingStarted():
                self.begin(RECORDING, "tape", at)
            case ev.RecordingStopped():
                self.end(RECORDING, "tape", at)
            case ev.ContactDisconnected():
                self.end_all(at, but="work")

    def _agent(self, body: ev.AnyBody, at: int) -> None:
        match body:
            case ev.AgentOffered(agent=agent):
                self.begin(agent, "ring", at, is_agent=True)
            case ev.AgentMissed(agent=agent):
                self.end(agent, "ring", at)
            case ev.AgentConnected(agent=agent):
                self.end(agent, "ring", at)
                self.begin(agent, "talk", at, is_agent=True)
                self._talking = agent
            case ev.CustomerHeld() if self._talking:
                self.begin(self._talking, "hold", at, is_agent=True)
            case ev.CustomerResumed() if self._talking:
                self.end(self._talking, "hold", at)
            case ev.AgentLeft(agent=agent):
                self.end(agent, "hold", at)
                self.end(agent, "talk", at)
            case ev.AfterContactWorkStarted(agent=agent):
                self.begin(agent, "work", at, is_agent=True)
            case ev.AfterContactWorkEnded(agent=agent):
                self.end(agent, "work", at)


def lanes_of(moments: Sequence[Moment]) -> list[Lane]:
    """In the order in which they begin; longer stretches first, so that shorter ones are drawn over them."""
    lanes = _Lanes()
    for moment in moments:
        lanes.take(moment)
    if moments:
        lanes.end_all(moments[-1].second)
    for lane in lanes.lanes.values():
        lane.parts.sort(key=lambda part: part.begin - part.end)
    return [lane for lane in lanes.lanes.values() if lane.parts]
