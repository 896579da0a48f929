"""Uploads of recordings, their wave forms, erasure requests and legal holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _uploads()
    _erasures()
    _holds()


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)


def _seconds(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _of(table: str, column: str, within: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{within}_{column}_{table}"
    return sa.ForeignKeyConstraint([column], [f"{table}.{column}"], name=name, ondelete="CASCADE")


def _uploads() -> None:
    op.create_table(
        "uploads",
        _name("upload"),
        _name("box"),
        _name("branch"),
        _name("recording"),
        _number("length"),
        _name("sha256"),
        _number("received"),
        _seconds("created_s"),
        _seconds("touched_s"),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("upload", name="pk_uploads"),
        sa.UniqueConstraint("box", "recording", name="uq_uploads_box_recording"),
    )
    op.create_index("ix_uploads_touched_s", "uploads", ["touched_s"])
    op.create_table(
        "upload_parts",
        _name("upload"),
        _number("start"),
        _number("bytes"),
        _name("name"),
        _of("uploads", "upload", "upload_parts"),
        sa.PrimaryKeyConstraint("upload", "start", name="pk_upload_parts"),
    )
    op.create_table(
        "recording_waves",
        _name("branch"),
        _name("recording"),
        _seconds("duration_s"),
        _text("peaks"),
        sa.PrimaryKeyConstraint("branch", "recording", name="pk_recording_waves"),
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        _name("request"),
        _name("customer"),
        _text("reason"),
        _name("asked_by"),
        _seconds("asked_s"),
        _seconds("done_s", nullable=True),
        sa.PrimaryKeyConstraint("request", name="pk_erasures"),
    )
    op.create_table(
        "erasure_contacts",
        _name("request"),
        _name("branch"),
        _name("contact"),
        _name("state"),
        _of("erasures", "request", "erasure_contacts"),
        sa.PrimaryKeyConstraint("request", "branch", "contact", name="pk_erasure_contacts"),
    )
    op.create_table(
        "erasure_receipts",
        _name("request"),
        _name("box"),
        _name("branch"),
        sa.Column("number", sa.Integer(), nullable=False),
        _seconds("told_s"),
        _text("receipt"),
        _seconds("received_s", nullable=True),
        _of("erasures", "request", "erasure_receipts"),
        sa.PrimaryKeyConstraint("request", "box", name="pk_erasure_receipts"),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        _name("hold"),
        _text("reason"),
        _name("set_by"),
        _seconds("set_s"),
        _name("lifted_by"),
        _seconds("lifted_s", nullable=True),
        sa.PrimaryKeyConstraint("hold", name="pk_holds"),
    )
    op.create_table(
        "held_contacts",
        _name("hold"),
        _name("branch"),
        _name("contact"),
        _of("holds", "hold", "held_contacts"),
        sa.PrimaryKeyConstraint("hold", "branch", "contact", name="pk_held_contacts"),
    )
