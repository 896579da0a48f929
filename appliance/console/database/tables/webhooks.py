"""Webhooks: whom the console tells, and every delivery that is still to be made or was made lately."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Json, Name, Seconds


class Webhook(Base):
    """secret: sealed; old_secret: the one before, signed with too until old_until_s. kinds, branches: words with a
    space between (`*`: every branch). state: on, off (by an admin) or gone (its receiver said so)."""

    __tablename__ = "webhooks"

    webhook: Mapped[Name] = mapped_column(primary_key=True)
    name: Mapped[Name]
    address: Mapped[Json]
    secret: Mapped[Json]
    old_secret: Mapped[Json] = mapped_column(default="")
    old_until_s: Mapped[Seconds] = mapped_column(default=0.0)
    kinds: Mapped[Json]
    branches: Mapped[Json]
    state: Mapped[Name] = mapped_column(default="on")
    maker: Mapped[Name]
    made_s: Mapped[Seconds]


class WebhookDelivery(Base):
    """delivery: counts up, so that smaller is earlier. line: what must stay in order (webhook and contact). event: the
    id that a receiver tells repetitions by. state: waiting, delivered, given_up. leased_s: until when a process has it
    in hand; next_s: not before; status: of the last answer, 0 for none; trouble: the last failure in words."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_state_next", "state", "next_s"),
        Index("ix_webhook_deliveries_line", "line", "delivery"),
        Index("ix_webhook_deliveries_webhook", "webhook", "delivery"),
    )

    # SQLite counts up in an INTEGER primary key only, which has 64 bits there too.
    delivery: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    webhook: Mapped[Name] = mapped_column(ForeignKey("webhooks.webhook", ondelete="CASCADE"))
    line: Mapped[Json]
    event: Mapped[Name]
    kind: Mapped[Name]
    branch: Mapped[Name]
    subject: Mapped[Name]
    body: Mapped[Json]
    queued_s: Mapped[Seconds]
    next_s: Mapped[Seconds]
    leased_s: Mapped[Seconds] = mapped_column(default=0.0)
    tries: Mapped[int] = mapped_column(default=0)
    state: Mapped[Name] = mapped_column(default="waiting")
    status: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[Json] = mapped_column(default="")
    done_s: Mapped[Seconds | None]
