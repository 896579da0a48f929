"""What a contact record says that metrics need, in plain numbers. Times are whole seconds since the epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from appliance.metrics.instants import maybe_second_of, second_of

Record = Mapping[str, Any]
NO_TRANSFER = frozenset({"disconnect_flow", "callback"})  # kinds of handing on that are no transfer


class ContactFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `counted`: when it ended. `service`: what the box served if the contact is no customer's.
    `errand`: callback or campaign, where the box calls the customer. `pre`: PreDisconnectState. `handed_on`: how it
    went on, "" if it did not. `callback_tries`: customer legs that the box dialled and nobody answered."""

    contact: str
    counted: int
    initiated: int
    answered: int | None = None
    disconnected: int | None = None
    enqueued: int | None = None
    waited: int | None = None
    connected: int | None = None
    transferred: int | None = None
    wrapped_up: int | None = None
    method: str = ""
    channel: str = "VOICE"
    queue: str | None = None
    agent: str | None = None
    profile: str | None = None
    flow: str | None = None
    service: str = ""
    errand: str = ""
    has_next: bool = False
    outside: bool = False
    handed_on: str = ""
    handed_on_by: str | None = None
    pre: str = ""
    reason: str | None = None
    interaction: int | None = None
    hold: int | None = None
    wrap_up: int | None = None
    pause: int | None = None
    holds: int | None = None
    callback_tries: int = 0


def contact_facts(record: Record) -> ContactFacts:
    """The facts of a record of the shape in reference/connect/contact-record.md."""
    queue, agent, box = (record.get(name) or {} for name in ("Queue", "Agent", "Linekeeper"))
    flows = box.get("Flows") or ()
    return ContactFacts(
        contact=record["ContactId"],
        counted=second_of(record.get("DisconnectTimestamp") or record["LastUpdateTimestamp"]),
        initiated=second_of(record.get("InitiationTimestamp") or record["LastUpdateTimestamp"]),
        answered=maybe_second_of(record.get("ConnectedToSystemTimestamp")),
        disconnected=maybe_second_of(record.get("DisconnectTimestamp")),
        enqueued=maybe_second_of(queue.get("EnqueueTimestamp")),
        waited=queue.get("Duration"),
        connected=maybe_second_of(agent.get("ConnectedToAgentTimestamp")),
        transferred=maybe_second_of(record.get("TransferCompletedTimestamp")),
        wrapped_up=maybe_second_of(agent.get("AfterContactWorkEndTimestamp")),
        method=record.get("InitiationMethod") or "",
        channel=record.get("Channel") or "VOICE",
        queue=queue.get("Name"),
        agent=agent.get("Username"),
        profile=(agent.get("RoutingProfile") or {}).get("Name"),
        flow=flows[0]["Flow"] if flows else None,
        service=box.get("Service") or "",
        errand=(box.get("Errand") or {}).get("Kind") or "",
        has_next=record.get("NextContactId") is not None,
        outside=record.get("TransferredToEndpoint") is not None,
        handed_on=(box.get("HandedOn") or {}).get("Kind") or "",
        handed_on_by=(box.get("HandedOn") or {}).get("By"),
        pre=box.get("PreDisconnectState") or "",
        reason=record.get("DisconnectReason"),
        interaction=agent.get("AgentInteractionDuration"),
        hold=agent.get("CustomerHoldDuration"),
        wrap_up=agent.get("AfterContactWorkDuration"),
        pause=agent.get("AgentPauseDuration"),
        holds=agent.get("NumberOfHolds"),
        callback_tries=sum(_unanswered(leg) for leg in box.get("Legs") or ()),
    )


def _unanswered(leg: Mapping[str, Any]) -> bool:
    return leg["Role"] == "customer" and leg["Direction"] == "out" and not leg["AnswerTimestamp"]
