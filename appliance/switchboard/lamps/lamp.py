"""What a lamp can show, whose it is, and the bodies that tell a phone so. Pure.

A phone knows no more than a dialog's state (RFC 4235): "early" blinks, everything else but "terminated" is lit. Bodies
name nobody but the lamp's own: who talks with whom is not for everybody's display.
"""

from __future__ import annotations

import enum
import re
from xml.sax.saxutils import quoteattr

import msgspec

_NOT_USER = re.compile(r"[^A-Za-z0-9._+*-]")


class Lamp(enum.StrEnum):
    """What is published as the state of a dialog. `DARK` is not published at all."""

    DARK = "terminated"  # nobody there needs anybody: a free extension, an agent who could be rung
    AWAY = "trying"  # an agent who takes no contacts now; an extension that dials
    WRAPPING_UP = "proceeding"  # after-contact work
    RINGING = "early"  # is being rung; somebody waits in the queue or in the orbit
    BUSY = "confirmed"  # talks


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages wait for somebody."""

    new: int = 0
    saved: int = 0


def lamp_user(kind: str, name: str) -> str:
    """The user part under which phones subscribe: `agent-kim`, `queue-sales`, `orbit-41`, `voicemail-sales`.

    What can't stand in a URI as it is becomes "_". An extension's own lamp is its number, without a kind.
    """
    return f"{kind}-{_NOT_USER.sub('_', name)}"


def dialog_body(user: str, domain: str, lamp: Lamp, visit: str) -> str:
    """application/dialog-info+xml (RFC 4235 §4); Kamailio counts the version. `visit` names one lit spell of a lamp."""
    entity = quoteattr(f"sip:{user}@{domain}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity={entity}>'
        f'<dialog id={quoteattr(visit)} direction="recipient"><state>{lamp}</state></dialog></dialog-info>\n'
    )


def messages_body(user: str, domain: str, messages: Messages) -> str:
    """application/simple-message-summary (RFC 3842 §5.2)."""
    waiting = "yes" if messages.new else "no"
    return (
        f"Messages-Waiting: {waiting}\r\n"
        f"Message-Account: sip:{user}@{domain}\r\n"
        f"Voice-Message: {messages.new}/{messages.saved}\r\n"
    )
