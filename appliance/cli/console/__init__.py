"""`linekeeper console`: the cloud side, for one machine or several."""

from __future__ import annotations

from appliance.cli.console.group import command

__all__ = ["command"]
