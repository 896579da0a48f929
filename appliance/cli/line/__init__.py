"""`linekeeper line`: analog lines, and their doctor."""

from __future__ import annotations

from appliance.cli.line.group import command

__all__ = ["command"]
