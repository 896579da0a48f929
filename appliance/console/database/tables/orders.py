"""What goes down to boxes, and what they said to it."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class BoxOrder(Base):
    """kind: the order's tag; document: the signed document as it goes over the wire; taken_s: when the box had stored
    it; answer: what it told about it later (JSON), None: nothing yet."""

    __tablename__ = "box_orders"

    box: Mapped[Name] = mapped_column(ForeignKey("boxes.box"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[Name]
    summary: Mapped[Name] = mapped_column(default="")
    document: Mapped[Json]
    issued_s: Mapped[Seconds]
    issued_by: Mapped[Name]
    taken_s: Mapped[Seconds | None]
    answered_s: Mapped[Seconds | None]
    answer: Mapped[Json | None]


class DesiredItem(Base):
    """What admins want of a branch: `cloud.orders.Item`, one row each. content: JSON, "null": none; overwrite:
    for the next publication only; kind, name: as in the order."""

    __tablename__ = "desired_items"

    branch: Mapped[Name] = mapped_column(ForeignKey("branches.branch"), primary_key=True)
    kind: Mapped[Name] = mapped_column(primary_key=True)
    name: Mapped[Name] = mapped_column(primary_key=True)
    content: Mapped[Json]
    blob: Mapped[Name] = mapped_column(default="")
    overwrite: Mapped[bool] = mapped_column(default=False)
    changed_s: Mapped[Seconds]
    changed_by: Mapped[Name]


class Drift(Base):
    """What a box last said of its own changes: content is the event's items (JSON)."""

    __tablename__ = "drifts"

    box: Mapped[Name] = mapped_column(ForeignKey("boxes.box"), primary_key=True)
    version: Mapped[Count]
    content: Mapped[Json]
    told_s: Mapped[Seconds]


class Blob(Base):
    """A flow bundle or a prompt. title: what an admin called it; sha256: of its content, hexadecimal."""

    __tablename__ = "blobs"

    sha256: Mapped[Name] = mapped_column(primary_key=True)
    kind: Mapped[Name]
    title: Mapped[Name]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_s: Mapped[Seconds]
    made_by: Mapped[Name]
