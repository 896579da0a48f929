"""How long what branches told is kept; without a row for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("branch", sa.String(200), nullable=False),
        *(sa.Column(f"{what}_days", sa.BigInteger(), nullable=False) for what in ("contacts", "recordings", "events")),
        sa.Column("set_s", sa.Double(), nullable=False),
        sa.Column("set_by", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["branch"], ["branches.branch"], name="fk_retention_branch_branches"),
        sa.PrimaryKeyConstraint("branch", name="pk_retention"),
    )
