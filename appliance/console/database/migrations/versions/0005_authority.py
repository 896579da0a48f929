"""How boxes get in: enrolment codes, certificates, what was seen of clones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "enrolment_codes",
        *(_name(name) for name in ("code_sha256", "branch", "made_by")),
        *(_seconds(name) for name in ("made_s", "expires_s")),
        *(_seconds(name, nullable=True) for name in ("used_s", "cancelled_s")),
        _name("box", nullable=True),
        sa.ForeignKeyConstraint(["branch"], ["branches.branch"], name="fk_enrolment_codes_branch_branches"),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_enrolment_codes"),
    )
    op.create_index("ix_enrolment_codes_branch", "enrolment_codes", ["branch"])
    op.create_table(
        "enrolment_failures",
        _name("failure"),
        _name("address"),
        _seconds("failed_s"),
        sa.PrimaryKeyConstraint("failure", name="pk_enrolment_failures"),
    )
    op.create_index("ix_enrolment_failures_address", "enrolment_failures", ["address"])
    _certificates()


def _certificates() -> None:
    op.create_table(
        "certificates",
        *(_name(name) for name in ("serial", "box")),
        *(_seconds(name) for name in ("issued_s", "ends_s")),
        *(_seconds(name, nullable=True) for name in ("first_used_s", "revoked_s")),
        _name("reason"),
        sa.ForeignKeyConstraint(["box"], ["boxes.box"], name="fk_certificates_box_boxes"),
        sa.PrimaryKeyConstraint("serial", name="pk_certificates"),
    )
    op.create_index("ix_certificates_box", "certificates", ["box"])
    op.create_table(
        "clone_sightings",
        *(_name(name) for name in ("box", "machine", "why", "address")),
        _seconds("seen_s"),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["box"], ["boxes.box"], name="fk_clone_sightings_box_boxes"),
        sa.PrimaryKeyConstraint("box", "machine", name="pk_clone_sightings"),
    )


def _name(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=nullable)


def _seconds(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)
