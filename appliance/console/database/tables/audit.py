"""The audit log: rows are added and never changed (triggers see to it), each with the hash of all up to it."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class AuditEntry(Base):
    """The columns are `audit.entries.Entry`; hash: as there, hexadecimal."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_who", "who", "seq"),
        Index("ix_audit_entries_deed", "deed", "seq"),
        Index("ix_audit_entries_branch", "branch", "seq"),
        Index("ix_audit_entries_about", "about", "seq"),
    )

    seq: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    wall_s: Mapped[Seconds]
    who: Mapped[Name]
    deed: Mapped[Name]
    about: Mapped[Json]
    branch: Mapped[Name]
    detail: Mapped[Json]
    address: Mapped[Name]
    hash: Mapped[Name]


class AuditHead(Base):
    """One row: the last entry's number and hash. Who appends locks it first, so that entries stand in one line."""

    __tablename__ = "audit_head"

    id: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[Count]
    hash: Mapped[Name]
