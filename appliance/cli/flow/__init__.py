"""`linekeeper flow`: look at call flows, try them out, bring them from the cloud, put them into the box."""

from __future__ import annotations

from appliance.cli.flow.group import command

__all__ = ["command"]
