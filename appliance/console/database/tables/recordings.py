"""Recordings: what the box announced of each (an event in its chain) and what became of the file."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class Recording(Base):
    """The columns up to `signature` are `cloud.recordings.RecordingFacts` (recipients: a JSON list). state: announced,
    stored (uploaded and verified), erased; location: its name in the store of recordings, "" before."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_branch_contact", "branch", "contact"),
        Index("ix_recordings_box_state", "box", "state"),
    )

    branch: Mapped[Name] = mapped_column(primary_key=True)
    recording: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name]
    seq: Mapped[Count]
    contact: Mapped[Name]
    kind: Mapped[Name]
    media_type: Mapped[Name]
    started_s: Mapped[Seconds]
    duration_s: Mapped[Seconds]
    sealed: Mapped[bool]
    recipients: Mapped[Json]
    bytes: Mapped[Count]
    sha256: Mapped[Name]
    plain_sha256: Mapped[Name]
    signature: Mapped[Json]
    state: Mapped[Name] = mapped_column(default="announced")
    stored_s: Mapped[Seconds | None]
    location: Mapped[Json] = mapped_column(default="")


class Wave(Base):
    """How loud a recording is over its length, for drawing it. peaks: JSON, two lists (customer, agent) of 0 … 100."""

    __tablename__ = "recording_waves"

    branch: Mapped[Name] = mapped_column(primary_key=True)
    recording: Mapped[Name] = mapped_column(primary_key=True)
    duration_s: Mapped[Seconds]
    peaks: Mapped[Json]
