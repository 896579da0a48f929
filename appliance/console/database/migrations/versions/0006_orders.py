"""What goes down to boxes: orders, what is wanted of branches, blobs, what boxes said of their own changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "box_orders",
        _name("box"),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        *(_name(name) for name in ("kind", "summary")),
        sa.Column("document", sa.Text(), nullable=False),
        _seconds("issued_s"),
        _name("issued_by"),
        *(_seconds(name, nullable=True) for name in ("taken_s", "answered_s")),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["box"], ["boxes.box"], name="fk_box_orders_box_boxes"),
        sa.PrimaryKeyConstraint("box", "number", name="pk_box_orders"),
    )
    op.create_table(
        "desired_items",
        *(_name(name) for name in ("branch", "kind", "name")),
        sa.Column("content", sa.Text(), nullable=False),
        _name("blob"),
        sa.Column("overwrite", sa.Boolean(), nullable=False),
        _seconds("changed_s"),
        _name("changed_by"),
        sa.ForeignKeyConstraint(["branch"], ["branches.branch"], name="fk_desired_items_branch_branches"),
        sa.PrimaryKeyConstraint("branch", "kind", "name", name="pk_desired_items"),
    )
    _told()


def _told() -> None:
    op.create_table(
        "drifts",
        _name("box"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _seconds("told_s"),
        sa.ForeignKeyConstraint(["box"], ["boxes.box"], name="fk_drifts_box_boxes"),
        sa.PrimaryKeyConstraint("box", name="pk_drifts"),
    )
    op.create_table(
        "blobs",
        *(_name(name) for name in ("sha256", "kind", "title")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _seconds("made_s"),
        _name("made_by"),
        sa.PrimaryKeyConstraint("sha256", name="pk_blobs"),
    )


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=False)


def _seconds(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)
