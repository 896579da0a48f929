"""Prompts by name and version; the sounds themselves are blobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "prompt_versions",
        _name("name"),
        sa.Column("version", sa.BigInteger(), nullable=False, autoincrement=False),
        _name("blob"),
        sa.Column("duration_s", sa.Double(), nullable=False),
        _name("origin"),
        sa.Column("source", sa.Text(), nullable=False),
        _name("language"),
        sa.Column("made_s", sa.Double(), nullable=False),
        _name("made_by"),
        sa.ForeignKeyConstraint(["blob"], ["blobs.sha256"], name="fk_prompt_versions_blob_blobs"),
        sa.PrimaryKeyConstraint("name", "version", name="pk_prompt_versions"),
    )


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=False)
