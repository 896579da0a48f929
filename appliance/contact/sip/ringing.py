"""What a phone is told when it rings: what the call is for, its kind, and for whom it was at first.

Header values only. Alert-Info (RFC 3261 §20.4) names the ring: handsets of several makes choose it by the `info`
parameter (Yealink, Grandstream, Fanvil) or by the whole text (Polycom, Snom, Cisco).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence

from appliance.dialplan import Diversion
from appliance.ids import Extension

_NOT_USER = re.compile(r"[^\w+.*#-]", re.ASCII)
_USER = re.compile(r"^sips?:([^@>;]*).*", re.DOTALL)
_NOT_NAME = re.compile(r"[\x00-\x1f\x7f\"\\<>]")


class Alert(enum.StrEnum):
    """The rings that a phone can be set up for."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    QUEUE = "queue"
    GROUP = "group"
    INTERCOM = "alert-autoanswer"


def alert_headers(alert: Alert) -> dict[str, str]:
    """Alert-Info, and what makes a phone answer by itself where it shall."""
    headers = {"Alert-Info": f"<http://127.0.0.1/>;info={alert.value}"}
    if alert is Alert.INTERCOM:
        headers["Call-Info"] = "<http://127.0.0.1/>;answer-after=0"
    return headers


def diversion_headers(diversions: Sequence[Diversion], domain: str) -> dict[str, str]:
    """Diversion, latest first (RFC 5806 §3): none where nobody forwarded."""
    values = [f"<sip:{_NOT_USER.sub('', each.address)}@{domain}>;reason={each.reason}" for each in diversions]
    return {"Diversion": ", ".join(values)} if values else {}


def member_headers(extensions: Sequence[Extension]) -> dict[str, str]:
    """What makes the edge ring the phones of several extensions at once."""
    return {"X-Linekeeper-Members": ",".join(extensions)} if len(extensions) > 1 else {}


def labelled(identity: str, label: str) -> str:
    """The name-addr `identity` with what the call is for before the caller's name: `"Sales: Kim Minsu" <sip:…>`."""
    if not label:
        return identity
    name, bracket, rest = identity.partition("<")
    shown = name.strip().strip('"') or _USER.sub(r"\1", rest)
    return f'"{_NOT_NAME.sub("", label).strip()}: {shown}" {bracket}{rest}'
