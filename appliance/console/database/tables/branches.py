"""Branches of the organisation, and the boxes in them: one at a time, replaceable."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Name, Seconds


class Branch(Base):
    """`branch`: a short name for addresses (`seoul-1`); timezone: IANA name, of its days in reports."""

    __tablename__ = "branches"

    branch: Mapped[Name] = mapped_column(primary_key=True)
    name: Mapped[Name]
    timezone: Mapped[Name] = mapped_column(default="UTC")
    created_s: Mapped[Seconds]


class Box(Base):
    """state: active, replaced, revoked, suspected (a clone was seen; an admin has to decide). machine: the hardware's
    id, version: of its software, both as it last said; heard_s: its last request of any kind, None: never."""

    __tablename__ = "boxes"

    box: Mapped[Name] = mapped_column(primary_key=True)
    branch: Mapped[Name] = mapped_column(ForeignKey("branches.branch"), index=True)
    name: Mapped[Name]
    state: Mapped[Name] = mapped_column(default="active")
    machine: Mapped[Name] = mapped_column(default="")
    version: Mapped[Name] = mapped_column(default="")
    enrolled_s: Mapped[Seconds]
    heard_s: Mapped[Seconds | None]
