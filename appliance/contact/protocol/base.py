"""What every message on the link has in common."""

from __future__ import annotations

import enum

import msgspec

from appliance.ids import ContactId

WAKE = b"\r\n\r\n"


class MonitorMode(enum.StrEnum):
    LISTEN = "listen"  # hears both, heard by nobody
    WHISPER = "whisper"  # heard by the agent only
    BARGE = "barge"  # heard by everybody
    TAKE_OVER = "take_over"  # talks with the customer; the agent leaves


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of everything on the link."""


class Command(Message, frozen=True, kw_only=True):
    """Base of what the switchboard asks of the contact under way. `order`: whoever asked waits for `Obeyed` with the
    same number; 0: nobody does."""

    contact: ContactId
    order: int = 0
