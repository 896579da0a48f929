"""Where a box's chain last forked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("chains", sa.Column("forked_s", sa.Double(), nullable=True))
    op.add_column("chains", sa.Column("forked_at", sa.BigInteger(), nullable=True))
