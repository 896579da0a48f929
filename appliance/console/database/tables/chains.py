"""How far each box has been heard, and what it signed."""

from __future__ import annotations

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Digest, Name, Seconds


class Chain(Base):
    """The position of a box: everything up to `seq` is stored. Its row is locked while a batch of the box comes in.
    stored_s: when the last event was stored; forked_s: when the box last came with another event where one was there
    already (`forked_at`: its number): a clone, or restored from a copy."""

    __tablename__ = "chains"

    box: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[Count]
    head: Mapped[Digest]
    stored_s: Mapped[Seconds]
    forked_s: Mapped[Seconds | None]
    forked_at: Mapped[Count | None]


class SignedHead(Base):
    """Evidence: the box vouched for its chain up to `seq`; the newest of each day (UTC, `2026-11-22`) is kept."""

    __tablename__ = "signed_heads"

    box: Mapped[Name] = mapped_column(primary_key=True)
    day: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[Count]
    head: Mapped[Digest]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    key: Mapped[Name]
    received_s: Mapped[Seconds]
