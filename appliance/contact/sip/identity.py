"""As whom the box calls: From and caller id of the legs that it dials. Pure."""

from __future__ import annotations

import re

from appliance.events import Endpoint

CALLER_HEADER = "X-Linekeeper-Caller"  # the edge shows this number to the outside instead of the trunk's own
_NOT_USER = re.compile(r"[^\w+.*#-]", re.ASCII)
_NOT_NAME = re.compile(r"[\x00-\x1f\x7f\"\\<>]")
_NUMBER = re.compile(r"\+[0-9]{3,15}")


def name_addr(endpoint: Endpoint, domain: str) -> str:
    """From of the legs that are dialled for this caller (RFC 3261 §20.20); what doesn't belong there is dropped."""
    user = _NOT_USER.sub("", endpoint.address) or "anonymous"
    name = _NOT_NAME.sub("", endpoint.display_name).strip()
    address = f"<sip:{user}@{domain}>"
    return f'"{name}" {address}' if name else address


def shown_outside(caller: Endpoint | None) -> dict[str, str]:
    """The header that asks the edge to show `caller`; none for who has no number (the trunk's own is shown)."""
    return {CALLER_HEADER: caller.address} if caller is not None and _NUMBER.fullmatch(caller.address) else {}
