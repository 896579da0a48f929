"""The states of an agent as one table: which signal leads from which activity to which.

A pair that is not in the table has no effect. This module knows nothing of contacts, queues or time.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType

from appliance.acd.model import Activity


class Signal(enum.StrEnum):
    """What happens to an agent, reduced to what the state depends on."""

    OFFERED = "offered"  # a queue rings the agent
    CONNECTED = "connected"  # on a contact: an answered offer or a contact of another kind
    WRAPPING_UP = "wrapping_up"  # no contact under way, after-contact work left
    MISSED = "missed"  # an offer was missed and the agent hasn't become Available since
    FAILED = "failed"  # as MISSED, but the offer could not reach the agent
    FREED = "freed"  # nothing left to do


TRANSITIONS: Mapping[tuple[Activity, Signal], Activity] = MappingProxyType(
    {
        (Activity.IDLE, Signal.OFFERED): Activity.RINGING,
        (Activity.IDLE, Signal.CONNECTED): Activity.ON_CONTACT,
        (Activity.IDLE, Signal.WRAPPING_UP): Activity.AFTER_CONTACT_WORK,  # restored after a restart
        (Activity.IDLE, Signal.MISSED): Activity.MISSED,  # restored after a restart
        (Activity.IDLE, Signal.FAILED): Activity.ERROR,  # restored after a restart
        (Activity.RINGING, Signal.CONNECTED): Activity.ON_CONTACT,
        (Activity.RINGING, Signal.MISSED): Activity.MISSED,
        (Activity.RINGING, Signal.FAILED): Activity.ERROR,
        (Activity.RINGING, Signal.FREED): Activity.IDLE,
        (Activity.ON_CONTACT, Signal.WRAPPING_UP): Activity.AFTER_CONTACT_WORK,
        (Activity.ON_CONTACT, Signal.MISSED): Activity.MISSED,  # a contact taken in the missed state ended
        (Activity.ON_CONTACT, Signal.FAILED): Activity.ERROR,  # likewise
        (Activity.ON_CONTACT, Signal.FREED): Activity.IDLE,
        (Activity.AFTER_CONTACT_WORK, Signal.CONNECTED): Activity.ON_CONTACT,
        (Activity.AFTER_CONTACT_WORK, Signal.MISSED): Activity.MISSED,
        (Activity.AFTER_CONTACT_WORK, Signal.FAILED): Activity.ERROR,
        (Activity.AFTER_CONTACT_WORK, Signal.FREED): Activity.IDLE,
        (Activity.MISSED, Signal.CONNECTED): Activity.ON_CONTACT,
        (Activity.MISSED, Signal.FREED): Activity.IDLE,
        (Activity.ERROR, Signal.CONNECTED): Activity.ON_CONTACT,
        (Activity.ERROR, Signal.FREED): Activity.IDLE,
    }
)


def activity_after(activity: Activity, signal: Signal) -> Activity:
    """The activity that `signal` leads to; `activity` itself where the table has no such pair."""
    return TRANSITIONS.get((activity, signal), activity)
