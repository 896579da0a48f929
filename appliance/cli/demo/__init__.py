"""`linekeeper demo`: a call through a box and on to a console, both real, on loopback, verified at every step."""

from __future__ import annotations

from appliance.cli.demo.showing import command

__all__ = ["command"]
