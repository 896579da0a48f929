"""Erasure requests and legal holds: what people have asked for, and what each box has made of it."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Json, Name, Seconds


class Erasure(Base):
    """customer: the number (E.164) whose contacts go, "" for named contacts, and "" again when every box has answered;
    reason: in the words of who asked; done_s: when console and boxes were through."""

    __tablename__ = "erasures"

    request: Mapped[Name] = mapped_column(primary_key=True)
    customer: Mapped[Name]
    reason: Mapped[Json]
    asked_by: Mapped[Name]
    asked_s: Mapped[Seconds]
    done_s: Mapped[Seconds | None]


class ErasureContact(Base):
    """state: erased, held (a legal hold stood), pending."""

    __tablename__ = "erasure_contacts"

    request: Mapped[Name] = mapped_column(ForeignKey("erasures.request", ondelete="CASCADE"), primary_key=True)
    branch: Mapped[Name] = mapped_column(primary_key=True)
    contact: Mapped[Name] = mapped_column(primary_key=True)
    state: Mapped[Name]


class ErasureReceipt(Base):
    """What a box was told and what it answered. number: of the order; receipt: `erasure_receipt`'s JSON, "" before."""

    __tablename__ = "erasure_receipts"

    request: Mapped[Name] = mapped_column(ForeignKey("erasures.request", ondelete="CASCADE"), primary_key=True)
    box: Mapped[Name] = mapped_column(primary_key=True)
    branch: Mapped[Name]
    number: Mapped[int]
    told_s: Mapped[Seconds]
    receipt: Mapped[Json] = mapped_column(default="")
    received_s: Mapped[Seconds | None]


class Hold(Base):
    """A legal hold. lifted_s: None while it stands."""

    __tablename__ = "holds"

    hold: Mapped[Name] = mapped_column(primary_key=True)
    reason: Mapped[Json]
    set_by: Mapped[Name]
    set_s: Mapped[Seconds]
    lifted_by: Mapped[Name] = mapped_column(default="")
    lifted_s: Mapped[Seconds | None]


class HeldContact(Base):
    """What a hold keeps."""

    __tablename__ = "held_contacts"

    hold: Mapped[Name] = mapped_column(ForeignKey("holds.hold", ondelete="CASCADE"), primary_key=True)
    branch: Mapped[Name] = mapped_column(primary_key=True)
    contact: Mapped[Name] = mapped_column(primary_key=True)
