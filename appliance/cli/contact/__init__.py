"""`linekeeper contact`: what happened to a customer's visit, and commands to one that is under way."""

from __future__ import annotations

from appliance.cli.contact.group import command

__all__ = ["command"]
