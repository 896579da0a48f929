"""Who hears whom while people talk."""

from __future__ import annotations

from appliance.events.base import Body
from appliance.ids import AgentId


class CustomerHeld(Body, frozen=True, kw_only=True):
    by: AgentId | None = None


class CustomerResumed(Body, frozen=True, kw_only=True):
    by: AgentId | None = None
