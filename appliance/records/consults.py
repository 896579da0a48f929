"""Consults and conferences of a contact, for its record: whom the agent brought in, how long, what came of it. Pure.

Times are whole seconds of the contact's timeline, so a consult's parts add up to no more than the consult.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from appliance import events as ev
from appliance.ids import LegId
from appliance.records.timeline import Moment
from appliance.stamps import iso_utc

Facts = dict[str, Any]


def consults_of(moments: Sequence[Moment]) -> list[Facts]:
    """Each with target, leg, by, start, answer and end, outcome, how often the parties were toggled, conferences."""
    found: dict[LegId, Facts] = {}
    answered: dict[LegId, str] = {}
    for moment in moments:
        match moment.body:
            case ev.ConsultStarted() as started:
                found[started.leg] = _consult(started, moment.second)
            case ev.ConsultWentOn(leg=leg, to=to) if leg in found:
                found[to] = {**found.pop(leg), "Leg": to, "AnswerTimestamp": answered.get(to)}  # pick-up: before
            case ev.LegAnswered(leg=leg):
                answered.setdefault(leg, iso_utc(moment.second))
                if leg in found:
                    found[leg]["AnswerTimestamp"] = answered[leg]
            case ev.PartiesToggled() if found:
                _latest(found)["Toggles"] += 1
            case ev.ConferenceStarted(leg=leg) if leg in found:
                found[leg]["Conferences"].append({"StartTimestamp": iso_utc(moment.second), "EndTimestamp": None})
            case ev.ConferenceEnded(leg=leg) if leg in found and found[leg]["Conferences"]:
                found[leg]["Conferences"][-1]["EndTimestamp"] = iso_utc(moment.second)
            case ev.ConsultEnded(leg=leg, outcome=outcome, sip_status=status) if leg in found:
                ended = {"EndTimestamp": iso_utc(moment.second), "Outcome": outcome.value, "SipStatus": status or None}
                found[leg].update(ended)
    return list(found.values())


def keys_pressed(moments: Sequence[Moment]) -> int:
    """How many keys went to other parties; which is known to nobody."""
    return sum(moment.body.count for moment in moments if isinstance(moment.body, ev.DigitsSent))


def _latest(found: dict[LegId, Facts]) -> Facts:
    return list(found.values())[-1]


def _consult(started: ev.ConsultStarted, second: int) -> Facts:
    return {
        "Leg": started.leg,
        "Target": started.target,
        "By": started.by,
        "StartTimestamp": iso_utc(second),
        "AnswerTimestamp": None,
        "EndTimestamp": None,
        "Outcome": None,
        "SipStatus": None,
        "Toggles": 0,
        "Conferences": [],
    }
