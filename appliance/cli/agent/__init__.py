"""`linekeeper agent`: people who answer queues, where they ring, and their status."""

from __future__ import annotations

from appliance.cli.agent.group import command

__all__ = ["command"]
