"""What the box notes for the console beside its contacts: metrics of the moment, its health, its devices.

Each is an outbox kind. `THINNABLE` kinds may be thinned out while a box is offline for months; all others never are.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from appliance.stamps import Stamp

METRICS = "metrics"  # MetricSnapshot
HEALTH = "health"  # HealthNote
DEVICE = "device"  # DeviceNote
THINNABLE = frozenset({METRICS})

Values = Mapping[str, float | int | None]


class MetricSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Queues and branch at one instant. Values by the names of the real-time metrics (CONTACTS_IN_QUEUE, …)."""

    at: Stamp
    branch: Values
    queues: Mapping[str, Values]


class HealthNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something began or ceased to be wrong. topic: edge, processes, storage, clock, sync, …; text: for a person, what
    is wrong and what helps, or that it is well again."""

    at: Stamp
    topic: str
    ok: bool
    text: str


class DeviceNote(msgspec.Struct, frozen=True, kw_only=True):
    """A device was plugged in, out, or changed. kind: headset, modem, daa, panel; state: as its service has it."""

    at: Stamp
    device: str
    kind: str
    state: str
    text: str = ""
