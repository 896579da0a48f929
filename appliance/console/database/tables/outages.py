"""Times without a link, and what both sides found when they counted afterwards."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Json, Name, Seconds


class OutageNote(Base):
    """Columns up to `why` are `cloud.reconciling.Outage`; statement and verdict are JSON of that module, "" until both
    sides have counted; agrees: None until then."""

    __tablename__ = "outages"
    __table_args__ = (Index("ix_outages_branch_began", "branch", "began_s"),)

    box: Mapped[Name] = mapped_column(primary_key=True)
    outage: Mapped[Name] = mapped_column(primary_key=True)
    branch: Mapped[Name]
    began_s: Mapped[Seconds]
    ended_s: Mapped[Seconds]
    lasted_s: Mapped[Seconds]
    why: Mapped[Json]
    statement: Mapped[Json] = mapped_column(default="")
    verdict: Mapped[Json] = mapped_column(default="")
    agrees: Mapped[bool | None]
    reconciled_s: Mapped[Seconds | None]
