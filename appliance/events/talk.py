"""Who hears whom while people talk: hold, consult, conference, keypad."""

from __future__ import annotations

import enum

from appliance.events.base import Body
from appliance.ids import AgentId, ContactId, LegId


class CustomerHeld(Body, frozen=True, kw_only=True):
    """The customer, who had been connected, is with nobody: held by phone or command, or while a party is consulted."""

    by: AgentId | None = None


class CustomerResumed(Body, frozen=True, kw_only=True):
    by: AgentId | None = None


class ConsultStarted(Body, frozen=True, kw_only=True):
    """The talker brings in a third party, `leg`; `target` as asked for. It rings; LegAnswered says when it talks."""

    leg: LegId
    target: str
    by: AgentId | None = None


class ConsultWentOn(Body, frozen=True, kw_only=True):
    """`leg` led to nobody (`sip_status`); `to` rings instead: a forward, or the next of a group; or it has
    been answered there already (pick-up). The same consult."""

    leg: LegId
    to: LegId
    sip_status: int = 0


class ConsultOutcome(enum.StrEnum):
    """How a consult ended."""

    COMPLETED = "completed"  # the talker left, the customer goes on with the consulted (ContactTransferred follows)
    BLIND = "blind"  # the talker left while it still rang: goes on as a blind transfer
    DROPPED = "dropped"  # sent away by the talker
    FAILED = "failed"  # did not answer, refused, unreachable
    CONSULTED_LEFT = "consulted_left"
    CUSTOMER_LEFT = "customer_left"  # and with the customer everybody
    TALKER_LEFT = "talker_left"  # while with the customer, so both ended
    CONTACT_ENDED = "contact_ended"


class ConsultEnded(Body, frozen=True, kw_only=True):
    """`sip_status`: what `leg` ended with, 0 where it did not end first."""

    leg: LegId
    outcome: ConsultOutcome
    sip_status: int = 0


class PartiesToggled(Body, frozen=True, kw_only=True):
    """The talker turned to the other of the two. `to`: customer or consulted."""

    to: str
    by: AgentId | None = None


class ConferenceStarted(Body, frozen=True, kw_only=True):
    """Customer, talker and `leg` hear each other."""

    leg: LegId
    by: AgentId | None = None


class ConferenceEnded(Body, frozen=True, kw_only=True):
    """No longer all three: toggled apart, one left, or the talker left them to each other."""

    leg: LegId


class DigitsSent(Body, frozen=True, kw_only=True):
    """Keys were pressed towards `leg` (RFC 4733). How many, never which."""

    leg: LegId
    count: int


class ContactJoined(Body, frozen=True, kw_only=True):
    """`leg` leads to the contact `other`, in another process of the box: their parties are in one conversation."""

    other: ContactId
    leg: LegId


class MonitoringStarted(Body, frozen=True, kw_only=True):
    """`supervisor` listens by the contact `monitor`, whose process is joined to that of `host`: of this contact, or of
    another one that monitors it. `mode`: listen, whisper, barge. Written by the switchboard."""

    supervisor: AgentId
    monitor: ContactId
    host: ContactId
    mode: str


class MonitoringChanged(Body, frozen=True, kw_only=True):
    """`mode`: listen, whisper, barge, take_over."""

    supervisor: AgentId
    monitor: ContactId
    mode: str


class MonitoringEnded(Body, frozen=True, kw_only=True):
    """The supervisor has left, or has taken over."""

    supervisor: AgentId
    monitor: ContactId


class MonitorModeSet(Body, frozen=True, kw_only=True):
    """In the supervisor's own contact: how the supervisor is heard from now on. `mode`: listen, whisper, barge,
    take_over."""

    mode: str


class MonitoringRefused(Body, frozen=True, kw_only=True):
    """`supervisor` wanted to listen and may not. `reason`: not_monitorable."""

    supervisor: AgentId
    reason: str
