"""How long what a branch told is kept."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Name, Seconds


class Retention(Base):
    """The columns of days are `retention.policies.Days`; 0: for ever. A branch without a row keeps everything."""

    __tablename__ = "retention"

    branch: Mapped[Name] = mapped_column(ForeignKey("branches.branch"), primary_key=True)
    contacts_days: Mapped[Count]
    recordings_days: Mapped[Count]
    events_days: Mapped[Count]
    set_s: Mapped[Seconds]
    set_by: Mapped[Name]
