"""Who hears whom in a contact: a pure function from the parties' places to the wires between them.

Every change of hearing (hold, mute, consult, conference, supervision, recording) is a change of `Places`; nothing plugs
wires in any other way. Names only: the ports behind the names are `conversation`'s business. Must not import pjsua2.

Rules, in one place:
- Those who are *together* hear each other. TALK joins customer and talker, CONSULT talker and consulted, CONFERENCE all
  three. Who is away (on hold, or holding by the own phone) is out; the others go on if two are left.
- A supervisor hears those who are together, and the talker even when nobody else is there (customer on hold). LISTEN is
  heard by nobody, WHISPER by the talker only, BARGE by everybody the supervisor hears and by the other supervisors.
- Each party hears the announcements made to it, and nobody else hears them.
- The customer's recording: customer on one side; on the agent's side whoever inside may be heard by the customer: the
  talker, in a conference the consulted, a supervisor who barged in. What is said in a consult is not in it, unless
  `consult_recorded`. A whisper never is.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from appliance.contact.protocol import MonitorMode

CUSTOMER, TALKER, CONSULTED = "customer", "talker", "consulted"
CUSTOMER_SIDE, AGENT_SIDE = "customer side", "agent side"
Wire = tuple[str, str]  # who is heard, by whom


class Mode(enum.StrEnum):
    """Who talks with whom."""

    APART = "apart"  # nobody with anybody: before the answer, while the target of a blind transfer rings
    TALK = "talk"
    CONSULT = "consult"
    CONFERENCE = "conference"


_MEMBERS: Mapping[Mode, frozenset[str]] = {
    Mode.APART: frozenset(),
    Mode.TALK: frozenset({CUSTOMER, TALKER}),
    Mode.CONSULT: frozenset({TALKER, CONSULTED}),
    Mode.CONFERENCE: frozenset({CUSTOMER, TALKER, CONSULTED}),
}
_HEARD_BY_ALL = frozenset({MonitorMode.BARGE, MonitorMode.TAKE_OVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The recording under way. `flow`: what the box says to the customer as well, while no talker is there."""

    flow: bool = False
    consult: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where everybody is. `present`: parties and supervisors who have sound; `announced`: parties the box speaks to."""

    mode: Mode
    present: frozenset[str]
    away: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    supervisors: Mapping[str, MonitorMode] = field(default_factory=lambda: MappingProxyType({}))
    announced: frozenset[str] = frozenset()
    recorded: Recorded | None = None


def announcer_of(party: str) -> str:
    """The name of the box's voice for `party`."""
    return f"announcer of {party}"


def together(mode: Mode, away: frozenset[str]) -> frozenset[str]:
    """Who talks with each other: nobody, or at least two."""
    left = _MEMBERS[mode] - away
    return left if len(left) > 1 else frozenset()


def wires(places: Places) -> frozenset[Wire]:
    """Every wire that `places` ask for, and no other."""
    voices = places.present - places.muted
    found = {*_talk(places), *_supervision(places)}
    heard = {(source, sink) for source, sink in found if source in voices and sink in places.present}
    heard |= {(announcer_of(party), party) for party in places.announced & places.present}
    heard |= {
        (source, side) for source, side in _recording(places) if source in voices or source not in _parties(places)
    }
    return frozenset(heard)


def _parties(places: Places) -> frozenset[str]:
    return frozenset({CUSTOMER, TALKER, CONSULTED, *places.supervisors})


def _talk(places: Places) -> Iterator[Wire]:
    members = together(places.mode, places.away)
    for source in members:
        yield from ((source, sink) for sink in members - {source})


def _supervision(places: Places) -> Iterator[Wire]:
    here = {name: mode for name, mode in places.supervisors.items() if name not in places.away}
    watched = _watched(places)
    for name, mode in here.items():
        yield from ((party, name) for party in watched)
        if mode is MonitorMode.WHISPER:
            yield from ((name, party) for party in watched & {TALKER})
        elif mode in _HEARD_BY_ALL:
            yield from ((name, party) for party in watched | (here.keys() - {name}))


def _watched(places: Places) -> frozenset[str]:
    """Whom a supervisor hears: those who talk, and the talker in any case but behind the own phone's hold."""
    return together(places.mode, places.away) | ({TALKER} - places.away)


def _recording(places: Places) -> Iterator[Wire]:
    recorded = places.recorded
    if recorded is None:
        return
    yield CUSTOMER, CUSTOMER_SIDE
    for party in _heard_inside(places, recorded):
        yield party, AGENT_SIDE
    if recorded.flow and TALKER not in places.present and CUSTOMER in places.announced:
        yield announcer_of(CUSTOMER), AGENT_SIDE


def _heard_inside(places: Places, recorded: Recorded) -> Iterator[str]:
    """Who belongs on the agent's side of the customer's recording now."""
    if places.mode is not Mode.CONSULT or recorded.consult:
        yield TALKER
    if places.mode is Mode.CONFERENCE or (places.mode is Mode.CONSULT and recorded.consult):
        yield CONSULTED
    if CUSTOMER in together(places.mode, places.away):
        barged = (name for name, mode in places.supervisors.items() if mode in _HEARD_BY_ALL)
        yield from (name for name in barged if name not in places.away)
