"""When a live state is worth sending: something in it is another, or the last one is a while ago. Pure."""

from __future__ import annotations

import msgspec

from appliance.cloud.live import LiveState
from appliance.stamps import Stamp

AT_LEAST_EVERY_S = 15.0


class Newest(msgspec.Struct, frozen=True, kw_only=True):
    """What the console saw last, and when (monotonic)."""

    face: tuple[object, ...] = ()
    sent_s: float = float("-inf")


def face_of(state: LiveState) -> tuple[object, ...]:
    """All of it that doesn't change by itself as time goes by."""
    health = state.health
    return (
        tuple((queue.queue, queue.name, queue.waiting, queue.staffed, queue.available) for queue in state.queues),
        tuple((one.agent, one.name, one.status, one.activity, one.contact) for one in state.agents),
        tuple((one.contact, one.stage, one.customer, one.queue, one.agent) for one in state.contacts),
        (health.version, health.edge, health.contact_processes, health.free_processes, health.warnings),
    )


def is_worth_sending(state: LiveState, newest: Newest, now: Stamp) -> bool:
    return face_of(state) != newest.face or now.mono_s - newest.sent_s >= AT_LEAST_EVERY_S
