"""What a record says of supervisors: who listened to a contact, and how who monitors was heard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from appliance import events as ev
from appliance.ids import ContactId
from appliance.records.timeline import Moment
from appliance.stamps import iso_utc

Facts = dict[str, Any]
_STATES = {"listen": "SILENT_MONITOR", "whisper": "SILENT_MONITOR", "barge": "BARGE", "take_over": "BARGE"}


def monitoring_of(moments: Sequence[Moment]) -> list[Facts]:
    """Every supervisor of the contact in the order of coming: Supervisor, ContactId (of the monitoring contact), Modes
    with their begin, EndTimestamp; and who was refused."""
    found: list[Facts] = []
    open_ones: dict[ContactId, Facts] = {}
    for moment in moments:
        match moment.body:
            case ev.MonitoringStarted(supervisor=supervisor, monitor=monitor, mode=mode):
                entry: Facts = {"Supervisor": supervisor, "ContactId": monitor, "Modes": [], "EndTimestamp": None}
                open_ones[monitor] = entry
                found.append(entry)
                entry["Modes"].append(_step(mode, moment.second))
            case ev.MonitoringChanged(monitor=monitor, mode=mode) if monitor in open_ones:
                open_ones[monitor]["Modes"].append(_step(mode, moment.second))
            case ev.MonitoringEnded(monitor=monitor) if monitor in open_ones:
                open_ones.pop(monitor)["EndTimestamp"] = iso_utc(moment.second)
            case ev.MonitoringRefused(supervisor=supervisor, reason=reason):
                found.append({"Supervisor": supervisor, "Refused": reason, "Timestamp": iso_utc(moment.second)})
    return found


def state_transitions(moments: Sequence[Moment]) -> list[Facts] | None:
    """Agent.StateTransitions of a MONITOR contact: silent, or heard by all. None where nobody monitors by it."""
    found: list[Facts] = []
    for moment in moments:
        match moment.body:
            case ev.MonitorModeSet(mode=mode):
                _turn(found, _STATES[mode], moment.second)
            case ev.ContactDisconnected() if found:
                found[-1]["stateEndTimestamp"] = iso_utc(moment.second)
    return found or None


def _turn(found: list[Facts], state: str, second: int) -> None:
    if found and found[-1]["state"] == state:
        return
    if found:
        found[-1]["stateEndTimestamp"] = iso_utc(second)
    found.append({"state": state, "stateStartTimestamp": iso_utc(second), "stateEndTimestamp": None})


def _step(mode: str, second: int) -> Facts:
    return {"Mode": mode, "StartTimestamp": iso_utc(second)}
