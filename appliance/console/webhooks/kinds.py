"""What a webhook may be told: the kinds of events that boxes send and other programs can use. Pure.

What arrives is the box's own CloudEvent (structured mode, `application/cloudevents+json`) with the extension `branch`.

Source: CloudEvents 1.0.2, HTTP protocol binding §3.2
"""

from __future__ import annotations

from typing import Final

import msgspec

from appliance.cloud import noted, orders, reconciling, recordings
from appliance.cloud.envelope import TYPE_PREFIX, CloudEvent
from appliance.console.people.errors import PersonError
from appliance.stamps import iso_utc

CONTENT_TYPE: Final = "application/cloudevents+json"
PING: Final = "ping"  # sent by the page, to try a webhook out
OFFERED: Final = (
    "contact_record",
    "contact_event",
    "agent_state",
    recordings.RECORDING,
    reconciling.OUTAGE,
    reconciling.RECONCILED,
    noted.HEALTH,
    noted.DEVICE,
    orders.ERASURE_RECEIPT,
)


def checked(kinds: tuple[str, ...]) -> str:
    """As a webhook keeps them: words with a space between. Raises PersonError."""
    unknown = sorted(set(kinds) - set(OFFERED))
    if unknown or not kinds:
        raise PersonError(f"choose at least one of {', '.join(OFFERED)}", kind="webhook_kinds")
    return " ".join(kind for kind in OFFERED if kind in kinds)


def told(event: CloudEvent, *, branch: str) -> str:
    """The body of a delivery."""
    whole = {**msgspec.structs.asdict(event), "branch": branch}
    return msgspec.json.encode(whole).decode(errors="replace").replace("\0", "")


def line_of(webhook: str, *, branch: str, subject: str, kind: str) -> str:
    """What stays in order: everything of one contact; where an event is of none, everything of its subject or kind."""
    return "\n".join((webhook, branch, subject or kind))


def ping(event: str, *, wall_s: float) -> str:
    """The body of an event that says nothing."""
    empty = CloudEvent(
        id=event,
        source="urn:linekeeper:console",
        type=f"{TYPE_PREFIX}{PING}",
        time=iso_utc(wall_s),
        sequence="0",
        data=msgspec.Raw(b"{}"),
    )
    return told(empty, branch="")
