"""What the people's application gets from this room: answers to refusals, security headers, limits."""

from __future__ import annotations

import time

from fastapi import FastAPI

from appliance.console.context import Console
from appliance.console.people import refusals
from appliance.console.people.limits import Limits
from appliance.console.people.own_site import OwnSite
from appliance.console.people.security_headers import SecurityHeaders


def install(app: FastAPI, console: Console) -> None:
    """Called once, by `apps`. The one added last is met first."""
    refusals.install(app)
    app.add_middleware(OwnSite)
    app.add_middleware(Limits, now_s=time.monotonic)
    app.add_middleware(SecurityHeaders, secure=console.settings.secure)
