"""What the people's application gets from this room: answers to refusals, security headers, limits."""

from __future__ import annotations

from fastapi import FastAPI

from appliance.console.context import Console
from appliance.console.people import refusals


def install(app: FastAPI, console: Console) -> None:
    """Called once, by `apps`."""
    refusals.install(app)
