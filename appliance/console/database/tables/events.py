"""Every event of every box, as it came: the truth from which all other tables can be made again."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Digest, Name, Seconds


class Event(Base):
    """body: the CloudEvent's exact bytes; digest: their SHA-256, head: of the chain after this event. Where personal
    data was erased (erased_s), body is a shorter event and digest stays that of the original, so that the chain can
    still be followed. contact: whose it is, "" for none; time_s: by the box's clock, received_s: by the console's."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_branch_contact", "branch", "contact"),
        Index("ix_events_branch_kind_time", "branch", "kind", "time_s"),
    )

    box: Mapped[Name] = mapped_column(primary_key=True)
    seq: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    branch: Mapped[Name]
    kind: Mapped[Name]
    subject: Mapped[Name]
    contact: Mapped[Name]
    time_s: Mapped[Seconds]
    synced: Mapped[bool]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[Digest]
    head: Mapped[Digest]
    received_s: Mapped[Seconds]
    erased_s: Mapped[Seconds | None]
