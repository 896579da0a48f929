"""What boxes report of themselves: health and devices as events, and snapshots of their metrics."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class Happening(Base):
    """An event of a kind that is neither of a contact nor of the inventory: health, device, drift, …"""

    __tablename__ = "happenings"
    __table_args__ = (Index("ix_happenings_branch_kind_at", "branch", "kind", "at_s"),)

    box: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    branch: Mapped[Name]
    kind: Mapped[Name]
    subject: Mapped[Name]
    at_s: Mapped[Seconds]
    content: Mapped[Json]


class MetricSnapshot(Base):
    """What queues and the branch looked like at `at_s`; a box that was long without a link may have thinned them."""

    __tablename__ = "metric_snapshots"
    __table_args__ = (Index("ix_metric_snapshots_branch_at", "branch", "at_s"),)

    box: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    branch: Mapped[Name]
    at_s: Mapped[Seconds]
    content: Mapped[Json]
