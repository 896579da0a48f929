"""Contact records and agents' histories for tests: what is not named is as in a call that was answered by nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from appliance.acd.model import Activity
from appliance.events import ContactEvent, ContactInitiated, Endpoint, InitiationMethod, Writer
from appliance.ids import AgentId, ContactId, SlotId
from appliance.metrics.asked import Interval, Line, Question
from appliance.metrics.catalogue import all_wanted
from appliance.metrics.definitions import Key
from appliance.metrics.replay import Replay
from appliance.metrics.state_spans import Boot, spans
from appliance.stamps import Stamp, iso_utc
from appliance.store import Store
from appliance.store.agent_states import AgentState

Json = dict[str, Any]
START = int(datetime(2026, 11, 22, 9, tzinfo=UTC).timestamp())
NOW = Stamp(boot="boot-b", mono_s=100_000.0, wall_s=START + 100_000.0, synced=True)


def at(seconds: int | None) -> str | None:
    """An instant that many seconds after START."""
    return None if seconds is None else iso_utc(START + seconds)


def record(
    contact: str = "c1",
    *,
    method: str = "INBOUND",
    queue: str | None = None,
    enqueued: int | None = None,
    waited: int | None = None,
    agent: str | None = None,
    connected: int | None = None,
    ended: int | None = 60,
    answered: int | None = 0,
    talk: int | None = None,
    hold: int | None = None,
    holds: int | None = None,
    wrap_up: int | None = None,
    wrapped_up: int | None = None,
    pause: int | None = None,
    profile: str | None = None,
    pre: str | None = "IN_FLOW",
    reason: str | None = "CUSTOMER_DISCONNECT",
    goes_on: str | None = None,
    transferred: int | None = None,
    outside: str | None = None,
    kind: str | None = None,
    by: str | None = None,
    service: str | None = None,
    errand: str | None = None,
    flows: tuple[Json, ...] = (),
    offers: tuple[Json, ...] = (),
    legs: tuple[Json, ...] = (),
    media_failed: str | None = None,
    dialled_by: str | None = None,
    started: int = 0,
) -> Json:
    """Times in seconds after START."""
    return {
        "ContactId": contact,
        "Channel": "VOICE",
        "InitiationMethod": method,
        "InitiationTimestamp": at(started),
        "ConnectedToSystemTimestamp": at(answered),
        "DisconnectTimestamp": at(ended),
        "LastUpdateTimestamp": at(max(ended or 0, wrapped_up or 0)),
        "TransferCompletedTimestamp": at(transferred),
        "DisconnectReason": reason,
        "NextContactId": goes_on,
        "TransferredToEndpoint": None if outside is None else {"Address": outside, "Type": "TELEPHONE_NUMBER"},
        "CustomerEndpoint": {"Address": "+12125550123", "Type": "TELEPHONE_NUMBER"},
        "Queue": None if queue is None else {"Name": queue, "EnqueueTimestamp": at(enqueued), "Duration": waited},
        "Agent": None
        if agent is None
        else {
            "Username": agent,
            "ConnectedToAgentTimestamp": at(connected),
            "AgentInteractionDuration": talk,
            "CustomerHoldDuration": hold,
            "NumberOfHolds": holds,
            "AfterContactWorkDuration": wrap_up,
            "AfterContactWorkEndTimestamp": at(wrapped_up),
            "AgentPauseDuration": pause,
            "RoutingProfile": None if profile is None else {"ARN": "arn", "Name": profile},
        },
        "Linekeeper": {
            "PreDisconnectState": pre,
            "Service": service,
            "Errand": None if errand is None else {"Kind": errand},
            "DialledBy": dialled_by,
            "HandedOn": None if kind is None else {"Kind": kind, "By": by},
            "MediaFailed": media_failed,
            "Flows": list(flows),
            "Offers": list(offers),
            "Legs": list(legs),
        },
    }


def offer(agent: str, began: int, rang: int | None, outcome: str | None, profile: str | None = None) -> Json:
    times = {"Timestamp": at(began), "RingDuration": rang}
    return {"Offer": "o", "Agent": agent, **times, "Outcome": outcome, "RoutingProfile": profile}


def flow(name: str, began: int, ended: int | None, outcome: str | None, *path: Json, fatal: bool = False) -> Json:
    times = {"StartTimestamp": at(began), "EndTimestamp": at(ended)}
    return {"Flow": name, **times, "Outcome": outcome, "Path": list(path), "Fatal": fatal}


def step(*, error: bool = False) -> Json:
    return {"Action": "a", "Type": "T", "Result": "x", "Error": error}


def leg(role: str, direction: str, answered: int | None) -> Json:
    return {"Leg": "l", "Role": role, "Direction": direction, "AnswerTimestamp": at(answered)}


def state(agent: str, mono_s: float, status: str, activity: str, *, boot: str = "boot-b", **more: Any) -> AgentState:
    """From `mono_s` of the boot on; wall time is START + mono_s."""
    since = Stamp(boot=boot, mono_s=mono_s, wall_s=START + mono_s, synced=True)
    return AgentState(
        agent=AgentId(agent), status=status, activity=Activity(activity), since=since, idle_since=since, **more
    )


def question(
    *names: str, by: str = "", intervals: tuple[tuple[float, float], ...] = ((0, 86_400),), **filters: str
) -> Question:
    """Intervals in seconds after START."""
    return Question(
        wanted=all_wanted(names),
        intervals=tuple(Interval(since=START + since, until=START + until) for since, until in intervals),
        by=tuple(Key(key) for key in by.split(",") if key),
        filters={Key(key): (value,) for key, value in filters.items()},
    )


def replayed(asked: Question, records: list[Json], store: Store | None = None) -> list[Line]:
    """The answer of the rules in Python; the agents' states are read from `store`."""
    replay = Replay(asked)
    replay.records(records)
    if store is not None:
        boots = [boot if boot.boot != NOW.boot else Boot(boot=NOW.boot, first_s=boot.first_s, last_s=NOW.mono_s)
                 for boot in store.boots.all()]  # fmt: skip
        replay.states(spans(store.agent_states.changes(), boots))
    return replay.lines()


def keep(store: Store, records: list[Json]) -> None:
    """Store the records, each with the event that a contact must have."""
    with store.transaction():
        for each in records:
            body = ContactInitiated(
                method=InitiationMethod(each["InitiationMethod"]), customer=Endpoint(address="101"), slot=SlotId(0)
            )
            begun = Stamp(boot="boot-b", mono_s=0.0, wall_s=float(START), synced=True)
            event = ContactEvent(
                contact=ContactId(each["ContactId"]), writer=Writer.CONTACT, seq=1, at=begun, body=body
            )
            store.events.append([event])
            store.records.save(each)
