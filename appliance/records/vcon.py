"""A contact as a vCon: parties, recordings, the contact record. Pure; who calls brings the audio.

The container is the IETF's "The JSON format for vCon", version 0.0.1, as the `vcon` package on Python 3.11 reads and
checks it. The same contact always has the same uuid.

Source: draft-ietf-vcon-vcon-container; reference/connect/contact-record.md
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from appliance.stamps import iso_utc

VERSION = "0.0.1"
MEDIA_TYPE = "application/vcon+json"
AUDIO_TYPE = "audio/x-wav"
RECORD = "contact_record"  # type of the attachment
_NAMESPACE = uuid.UUID("6f3c2f0e-3f0e-5c52-9d8f-6c2f0b7a1d11")
_OUTGOING = ("OUTBOUND", "CALLBACK", "EXTERNAL_OUTBOUND")


class Audio(msgspec.Struct, frozen=True, kw_only=True):
    """One recording. wav: the file, customer left and agent right."""

    recording: str
    started_s: float
    duration_s: float
    wav: bytes


def vcon_of(record: dict[str, Any], audio: Sequence[Audio] = (), *, created_s: float) -> dict[str, Any]:
    """The container as JSON types. record: the contact record; created_s: wall time of this export."""
    parties = [_customer(record), *_agents(record)]
    return {
        "uuid": str(uuid.uuid5(_NAMESPACE, record["ContactId"])),
        "vcon": VERSION,
        "created_at": iso_utc(created_s),
        "updated_at": record["LastUpdateTimestamp"],
        "subject": _subject(record),
        "redacted": {},
        "group": [],
        "parties": parties,
        "dialog": [_dialog(record, one, len(parties)) for one in audio],
        "analysis": [],
        "attachments": [
            {
                "type": RECORD,
                "party": 0,
                "start": record["InitiationTimestamp"],
                "encoding": "json",
                "body": msgspec.json.encode(record).decode(),
            }
        ],
    }


def _customer(record: dict[str, Any]) -> dict[str, Any]:
    """The first party. Without a number for one who withheld it, or who was erased."""
    endpoint, name = record.get("CustomerEndpoint") or {}, (record.get("Linekeeper") or {}).get("CustomerName")
    party = {"role": "customer"}
    if endpoint.get("Address"):
        party["tel"] = endpoint["Address"]
    return {**party, "name": name} if name else party


def _agents(record: dict[str, Any]) -> list[dict[str, Any]]:
    agent = record.get("Agent")
    return [{"role": "agent", "name": agent["Username"]}] if agent else []


def _dialog(record: dict[str, Any], audio: Audio, parties: int) -> dict[str, Any]:
    """`originator` and `parties` are places among the parties."""
    outgoing = record.get("InitiationMethod") in _OUTGOING
    return {
        "type": "recording",
        "start": iso_utc(audio.started_s),
        "duration": audio.duration_s,
        "parties": list(range(parties)),
        "originator": parties - 1 if outgoing else 0,
        "mimetype": AUDIO_TYPE,
        "filename": f"{audio.recording}.wav",
        "encoding": "base64url",
        "body": base64.urlsafe_b64encode(audio.wav).decode().rstrip("="),
    }


def _subject(record: dict[str, Any]) -> str:
    queue = (record.get("Queue") or {}).get("Name")
    method = str(record.get("InitiationMethod") or "contact").lower().replace("_", " ")
    return f"{method} {record['ContactId']}" + (f", queue {queue}" if queue else "")
