"""The first tables: branches and boxes, events with their chain, and what is projected from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _branches()
    _events()
    _contacts()
    _rest()


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)


def _seconds(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _digest(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(32), nullable=False)


def _branches() -> None:
    op.create_table(
        "branches",
        _name("branch"),
        _name("name"),
        _name("timezone"),
        _seconds("created_s"),
        sa.PrimaryKeyConstraint("branch", name="pk_branches"),
    )
    op.create_table(
        "boxes",
        _name("box"),
        _name("branch"),
        _name("name"),
        _name("state"),
        _name("machine"),
        _name("version"),
        _seconds("enrolled_s"),
        _seconds("heard_s", nullable=True),
        sa.ForeignKeyConstraint(["branch"], ["branches.branch"], name="fk_boxes_branch_branches"),
        sa.PrimaryKeyConstraint("box", name="pk_boxes"),
    )
    op.create_index("ix_boxes_branch", "boxes", ["branch"])


def _events() -> None:
    op.create_table(
        "chains",
        _name("box"),
        _number("seq"),
        _digest("head"),
        _seconds("stored_s"),
        sa.PrimaryKeyConstraint("box", name="pk_chains"),
    )
    op.create_table(
        "events",
        _name("box"),
        _number("seq"),
        _name("branch"),
        _name("kind"),
        _name("subject"),
        _name("contact"),
        _seconds("time_s"),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _digest("digest"),
        _digest("head"),
        _seconds("received_s"),
        _seconds("erased_s", nullable=True),
        sa.PrimaryKeyConstraint("box", "seq", name="pk_events"),
    )
    op.create_index("ix_events_branch_contact", "events", ["branch", "contact"])
    op.create_index("ix_events_branch_kind_time", "events", ["branch", "kind", "time_s"])
    op.create_table(
        "signed_heads",
        _name("box"),
        _name("day"),
        _number("seq"),
        _digest("head"),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        _name("key"),
        _seconds("received_s"),
        sa.PrimaryKeyConstraint("box", "day", name="pk_signed_heads"),
    )


def _contacts() -> None:
    op.create_table(
        "agent_state_changes",
        _name("box"),
        _number("seq"),
        _name("branch"),
        _name("agent"),
        _name("status"),
        _name("activity"),
        _name("boot"),
        _seconds("mono_s"),
        _seconds("wall_s"),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("box", "seq", name="pk_agent_state_changes"),
    )
    op.create_index("ix_agent_state_changes_branch_wall", "agent_state_changes", ["branch", "wall_s"])
    op.create_table(
        "agent_states",
        _name("branch"),
        _name("agent"),
        _name("box"),
        _number("seq"),
        _seconds("since_s"),
        _name("status"),
        _name("activity"),
        _text("state"),
        sa.PrimaryKeyConstraint("branch", "agent", name="pk_agent_states"),
    )
    op.create_table(
        "contacts",
        _name("branch"),
        _name("contact"),
        _name("box"),
        _number("seq"),
        sa.Column("versions", sa.Integer(), nullable=False),
        _name("last_update"),
        _seconds("initiated_s"),
        _seconds("counted_s"),
        _name("method"),
        _name("reason"),
        _name("customer"),
        _name("digits"),
        _name("queue"),
        _name("agent"),
        _name("flow"),
        _seconds("waited_s", nullable=True),
        _seconds("lasted_s", nullable=True),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        _text("record"),
        _seconds("erased_s", nullable=True),
        sa.PrimaryKeyConstraint("branch", "contact", name="pk_contacts"),
    )
    op.create_index("ix_contacts_branch_agent", "contacts", ["branch", "agent", "initiated_s"])
    op.create_index("ix_contacts_branch_initiated", "contacts", ["branch", "initiated_s"])
    op.create_index("ix_contacts_branch_queue", "contacts", ["branch", "queue", "initiated_s"])
    op.create_index("ix_contacts_contact", "contacts", ["contact"])
    op.create_index("ix_contacts_counted", "contacts", ["counted_s"])
    op.create_index("ix_contacts_digits", "contacts", ["digits"])
    op.create_table(
        "recordings",
        _name("branch"),
        _name("recording"),
        _name("box"),
        _number("seq"),
        _name("contact"),
        _name("kind"),
        _name("media_type"),
        _seconds("started_s"),
        _seconds("duration_s"),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        _text("recipients"),
        _number("bytes"),
        _name("sha256"),
        _name("plain_sha256"),
        _text("signature"),
        _name("state"),
        _seconds("stored_s", nullable=True),
        _text("location"),
        sa.PrimaryKeyConstraint("branch", "recording", name="pk_recordings"),
    )
    op.create_index("ix_recordings_box_state", "recordings", ["box", "state"])
    op.create_index("ix_recordings_branch_contact", "recordings", ["branch", "contact"])


def _rest() -> None:
    op.create_table(
        "happenings",
        _name("box"),
        _number("seq"),
        _name("branch"),
        _name("kind"),
        _name("subject"),
        _seconds("at_s"),
        _text("content"),
        sa.PrimaryKeyConstraint("box", "seq", name="pk_happenings"),
    )
    op.create_index("ix_happenings_branch_kind_at", "happenings", ["branch", "kind", "at_s"])
    op.create_table(
        "inventory",
        _name("branch"),
        _name("kind"),
        _name("name"),
        _name("box"),
        _number("seq"),
        _seconds("updated_s"),
        _text("content"),
        sa.PrimaryKeyConstraint("branch", "kind", "name", name="pk_inventory"),
    )
    op.create_table(
        "live_branches",
        _name("branch"),
        _name("box"),
        _name("boot"),
        _number("number"),
        _seconds("at_s"),
        _seconds("received_s"),
        _text("state"),
        sa.PrimaryKeyConstraint("branch", name="pk_live_branches"),
    )
    op.create_table(
        "metric_snapshots",
        _name("box"),
        _number("seq"),
        _name("branch"),
        _seconds("at_s"),
        _text("content"),
        sa.PrimaryKeyConstraint("box", "seq", name="pk_metric_snapshots"),
    )
    op.create_index("ix_metric_snapshots_branch_at", "metric_snapshots", ["branch", "at_s"])
    op.create_table(
        "outages",
        _name("box"),
        _name("outage"),
        _name("branch"),
        _seconds("began_s"),
        _seconds("ended_s"),
        _seconds("lasted_s"),
        _text("why"),
        _text("statement"),
        _text("verdict"),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        _seconds("reconciled_s", nullable=True),
        sa.PrimaryKeyConstraint("box", "outage", name="pk_outages"),
    )
    op.create_index("ix_outages_branch_began", "outages", ["branch", "began_s"])
