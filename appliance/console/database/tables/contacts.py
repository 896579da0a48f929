"""Contact records: the newest version of each, and what one searches and sorts by. Older versions are in `events`."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class Contact(Base):
    """record: as reference/connect/contact-record.md; seq: the event that brought it, versions: how many came.
    digits: the customer's number without its plus, turned round, so that a search by last digits uses the index.
    flow: the first; recorded: the record names a recording; erased_s: its personal data is gone since then."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("ix_contacts_branch_initiated", "branch", "initiated_s"),
        Index("ix_contacts_contact", "contact"),
        Index("ix_contacts_digits", "digits"),
        Index("ix_contacts_branch_agent", "branch", "agent", "initiated_s"),
        Index("ix_contacts_branch_queue", "branch", "queue", "initiated_s"),
        Index("ix_contacts_counted", "counted_s"),
    )

    branch: Mapped[Name] = mapped_column(primary_key=True)
    contact: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name]
    seq: Mapped[Count]
    versions: Mapped[int]
    last_update: Mapped[Name]
    initiated_s: Mapped[Seconds]
    counted_s: Mapped[Seconds]
    method: Mapped[Name]
    reason: Mapped[Name]
    customer: Mapped[Name]
    digits: Mapped[Name]
    queue: Mapped[Name]
    agent: Mapped[Name]
    flow: Mapped[Name]
    waited_s: Mapped[Seconds | None]
    lasted_s: Mapped[Seconds | None]
    recorded: Mapped[bool]
    record: Mapped[Json]
    erased_s: Mapped[Seconds | None]
