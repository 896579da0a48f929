"""What a branch has: agents, queues, extensions, flows, hours … as its box last told."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class InventoryEntry(Base):
    """kind: the outbox kind (agent, queue, extension, routing_profile, flow, …); name: within it; content: the event's
    data, JSON. What was removed on the box is no row here; its history is in `events`."""

    __tablename__ = "inventory"

    branch: Mapped[Name] = mapped_column(primary_key=True)
    kind: Mapped[Name] = mapped_column(primary_key=True)
    name: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name]
    seq: Mapped[Count]
    updated_s: Mapped[Seconds]
    content: Mapped[Json]
