"""An event on its way to the console: CloudEvents 1.0 in its JSON format, one for each outbox row.

`sequence` is the CloudEvents extension of that name: the event's place in the box's chain, from 1 without gaps. It is
given when the event is sealed (outbox rows that were thinned out meanwhile leave no gap). The bytes that `encode` makes
are what the chain counts and what travels; nobody encodes an event a second time.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and …/extensions/sequence.md
"""

from __future__ import annotations

import re

import msgspec

from appliance.cloud.errors import MalformedError
from appliance.stamps import iso_utc

SPEC_VERSION = "1.0"
TYPE_PREFIX = "org.linekeeper."
MOST_BYTES = 4_000_000  # of one event
_NUMBER = re.compile(r"^[1-9][0-9]{0,15}$", re.ASCII)


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """id: the sequence number; source: `urn:linekeeper:box:<box id>`; type: `org.linekeeper.<outbox kind>`; subject:
    what it is about (a contact id, an agent), "" for nothing in particular; time: RFC 3339 UTC, as far as the box knew;
    clocksynced: whether the box's clock had been set by a time server by then; data: the change as JSON."""

    specversion: str = SPEC_VERSION
    id: str
    source: str
    type: str
    subject: str = ""
    time: str
    datacontenttype: str = "application/json"
    sequence: str
    clocksynced: bool = True
    data: msgspec.Raw

    @property
    def number(self) -> int:
        return int(self.sequence)

    @property
    def kind(self) -> str:
        """The outbox row's kind."""
        return self.type.removeprefix(TYPE_PREFIX)


def source_of(box: str) -> str:
    """The `source` of everything that box says."""
    return f"urn:linekeeper:box:{box}"


def encode(*, box: str, seq: int, kind: str, subject: str, wall_s: float, synced: bool, data: str) -> bytes:
    """The event of one outbox row at place `seq` of the chain; `data` is its JSON text."""
    return msgspec.json.encode(
        CloudEvent(
            id=str(seq),
            source=source_of(box),
            type=TYPE_PREFIX + kind,
            subject=subject,
            time=iso_utc(wall_s),
            sequence=str(seq),
            clocksynced=synced,
            data=msgspec.Raw(data.encode()),
        )
    )


def decode(event: bytes) -> CloudEvent:
    """Raises MalformedError."""
    try:
        decoded = _DECODER.decode(event)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"an event is no CloudEvent: {error}") from error
    if decoded.specversion != SPEC_VERSION or not _NUMBER.match(decoded.sequence):
        said = f"specversion {decoded.specversion[:20]!r} and sequence {decoded.sequence[:20]!r}"
        raise MalformedError(f"an event of {said}")
    if decoded.id != decoded.sequence or not decoded.type.startswith(TYPE_PREFIX):
        raise MalformedError(f"event {decoded.id!r} of type {decoded.type!r} is none of a box")
    return decoded


_DECODER = msgspec.json.Decoder(CloudEvent)
