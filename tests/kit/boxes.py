"""A box as the console sees it: makes events, chains and signs them. No sync service, no TLS.

box = PretendBox("b1", "seoul")        box.add("queue", {"queue": "sales"})        body, headers = box.batch()
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from appliance.cloud import batch, chain, delivery, envelope, signing
from appliance.cloud.chain import Position
from appliance.console.ingest.arriving import Sender
from appliance.stamps import iso_utc

NOON_S = 1_795_348_800.0  # 2026-11-22T12:00:00Z


class PretendBox:
    """`events` are all it has ever made; `acknowledged` is where the next batch begins."""

    def __init__(self, box: str, branch: str, *, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        self.box, self.branch = box, branch
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.events: list[bytes] = []
        self.acknowledged = chain.genesis(box)

    @property
    def sender(self) -> Sender:
        """Who this is to the ingest."""
        return Sender(box=self.box, branch=self.branch, key=self.key.public_key())

    def add(self, kind: str, data: object, *, subject: str = "", at_s: float = NOON_S) -> bytes:
        """One more event; returns its bytes."""
        text = data if isinstance(data, str) else msgspec.json.encode(data).decode()
        seq = len(self.events) + 1
        event = envelope.encode(box=self.box, seq=seq, kind=kind, subject=subject, wall_s=at_s, synced=True, data=text)
        self.events.append(event)
        return event

    def position(self, seq: int) -> Position:
        """The chain's, after event `seq`."""
        return chain.follow(chain.genesis(self.box), self.events[:seq])

    def batch(self, *, after: int | None = None, until: int | None = None) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the events after the given number (of what isn't acknowledged, unless it is given)."""
        start = self.position(self.acknowledged.seq if after is None else after)
        events = self.events[start.seq : until]
        return batch.pack(events), self.headers(start, events)

    def headers(self, start: Position, events: Sequence[bytes]) -> dict[str, str]:
        """Of a batch with these events after `start`."""
        end = chain.follow(start, events)
        signature = signing.signature_of(self.key, delivery.signed_text(self.box, end))
        return {
            "content-type": batch.CONTENT_TYPE,
            "content-encoding": batch.ENCODING,
            delivery.AFTER: str(start),
            delivery.SIGNATURE: signing.as_header(signature),
        }


def contact_record(**different: Any) -> dict[str, Any]:
    """A small contact record (reference/connect/contact-record.md): handled by kim from queue sales, unless told."""
    record: dict[str, Any] = {
        "ContactId": str(uuid.uuid4()),
        "Channel": "VOICE",
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": iso_utc(NOON_S),
        "ConnectedToSystemTimestamp": iso_utc(NOON_S),
        "DisconnectTimestamp": iso_utc(NOON_S + 90),
        "LastUpdateTimestamp": iso_utc(NOON_S + 100),
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "CustomerEndpoint": {"Address": "+82212345678", "Type": "TELEPHONE_NUMBER"},
        "NextContactId": None,
        "TransferredToEndpoint": None,
        "Queue": {"Name": "sales", "EnqueueTimestamp": iso_utc(NOON_S + 5), "Duration": 10},
        "Agent": {
            "Username": "kim",
            "ConnectedToAgentTimestamp": iso_utc(NOON_S + 15),
            "AgentInteractionDuration": 70,
            "CustomerHoldDuration": 5,
            "AfterContactWorkDuration": 10,
            "AfterContactWorkEndTimestamp": iso_utc(NOON_S + 100),
            "NumberOfHolds": 1,
        },
        "Recordings": None,
        "Attributes": {},
        "Linekeeper": {"Flows": [], "Offers": [], "Legs": [], "PreDisconnectState": "CONNECTED"},
    }
    return {**record, **different}


def contact_event(contact: str, seq: int, body: Mapping[str, Any], *, at_s: float = NOON_S) -> dict[str, Any]:
    """The data of a contact event, as the outbox has it."""
    at = {"boot": "11111111-1111-4111-8111-111111111111", "mono_s": seq, "wall_s": at_s, "synced": True}
    return {"contact": contact, "writer": "contact", "seq": seq, "at": at, "body": dict(body)}
