"""How each branch is right now, as far as its box has told: the newest `cloud.live.LiveState` only."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class LiveBranch(Base):
    """at_s: by the box's clock; received_s: by the console's, for saying how old it is."""

    __tablename__ = "live_branches"

    branch: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name]
    boot: Mapped[Name]
    number: Mapped[Count]
    at_s: Mapped[Seconds]
    received_s: Mapped[Seconds]
    state: Mapped[Json]
