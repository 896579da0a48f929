"""Uploads of recordings under way: how far each is, and in which files of the store its bytes lie."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Name, Seconds


class Upload(Base):
    """upload: random, part of its address; length and sha256: as the recording's facts say; received: the bytes so
    far; done: verified and stored."""

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("box", "recording"),)

    upload: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name]
    branch: Mapped[Name]
    recording: Mapped[Name]
    length: Mapped[Count]
    sha256: Mapped[Name]
    received: Mapped[Count] = mapped_column(default=0)
    created_s: Mapped[Seconds]
    touched_s: Mapped[Seconds] = mapped_column(index=True)
    done: Mapped[bool] = mapped_column(default=False)


class UploadPart(Base):
    """`bytes` from `start` on lie in the store's file `name`."""

    __tablename__ = "upload_parts"

    upload: Mapped[Name] = mapped_column(ForeignKey("uploads.upload", ondelete="CASCADE"), primary_key=True)
    start: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    bytes: Mapped[Count]
    name: Mapped[Name]
