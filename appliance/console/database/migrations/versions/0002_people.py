"""People, their sessions, the audit log (which triggers keep from being changed), tokens and webhooks."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_GENESIS = hashlib.sha256(b"linekeeper-audit-1").hexdigest()
_REFUSAL = "the audit log is append-only"


def upgrade() -> None:
    _people()
    _sessions()
    _audit()
    _tokens()
    _webhooks()
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _name(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(200), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, autoincrement=False)


def _seconds(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double(), nullable=nullable)


def _people() -> None:
    op.create_table(
        "people",
        _name("person"),
        _name("name"),
        _text("password"),
        sa.Column("password_once", sa.Boolean(), nullable=False),
        _text("factor"),
        _number("factor_step"),
        _seconds("created_s"),
        _seconds("signed_in_s", nullable=True),
        _seconds("disabled_s", nullable=True),
        sa.PrimaryKeyConstraint("person", name="pk_people"),
    )
    op.create_table(
        "person_grants",
        _name("person"),
        _name("role"),
        _name("branch"),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name="fk_person_grants_person_people"),
        sa.PrimaryKeyConstraint("person", "role", "branch", name="pk_person_grants"),
    )


def _sessions() -> None:
    op.create_table(
        "person_sessions",
        _name("kept"),
        _name("person"),
        _name("stage"),
        _seconds("begun_s"),
        _seconds("seen_s"),
        _text("factor"),
        _name("address"),
        _name("browser"),
        sa.ForeignKeyConstraint(["person"], ["people.person"], name="fk_person_sessions_person_people"),
        sa.PrimaryKeyConstraint("kept", name="pk_person_sessions"),
    )
    op.create_index("ix_person_sessions_person", "person_sessions", ["person"])
    op.create_index("ix_person_sessions_seen", "person_sessions", ["seen_s"])
    op.create_table(
        "wrong_tries",
        _name("subject"),
        _number("count"),
        _seconds("last_s"),
        sa.PrimaryKeyConstraint("subject", name="pk_wrong_tries"),
    )
    op.create_index("ix_wrong_tries_last", "wrong_tries", ["last_s"])


def _audit() -> None:
    op.create_table(
        "audit_entries",
        _number("seq"),
        _seconds("wall_s"),
        _name("who"),
        _name("deed"),
        _text("about"),
        _name("branch"),
        _text("detail"),
        _name("address"),
        _name("hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entries"),
    )
    for column in ("who", "deed", "branch", "about"):
        op.create_index(f"ix_audit_entries_{column}", "audit_entries", [column, "seq"])
    head = op.create_table(
        "audit_head",
        _number("id"),
        _number("seq"),
        _name("hash"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": _GENESIS}])


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )


def _guard_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_entries_no_{change.lower()} BEFORE {change} ON audit_entries "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def _tokens() -> None:
    op.create_table(
        "api_tokens",
        _name("token"),
        _name("kept"),
        _name("name"),
        _name("maker"),
        _text("scopes"),
        _text("branches"),
        _seconds("made_s"),
        _seconds("ends_s"),
        _seconds("revoked_s", nullable=True),
        _seconds("used_s", nullable=True),
        sa.ForeignKeyConstraint(["maker"], ["people.person"], name="fk_api_tokens_maker_people"),
        sa.PrimaryKeyConstraint("token", name="pk_api_tokens"),
    )
    op.create_index("ix_api_tokens_maker", "api_tokens", ["maker"])


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        _name("webhook"),
        _name("name"),
        _text("address"),
        _text("secret"),
        _text("old_secret"),
        _seconds("old_until_s"),
        _text("kinds"),
        _text("branches"),
        _name("state"),
        _name("maker"),
        _seconds("made_s"),
        sa.PrimaryKeyConstraint("webhook", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), nullable=False),
        _name("webhook"),
        _text("line"),
        _name("event"),
        _name("kind"),
        _name("branch"),
        _name("subject"),
        _text("body"),
        _seconds("queued_s"),
        _seconds("next_s"),
        _seconds("leased_s"),
        sa.Column("tries", sa.Integer(), nullable=False),
        _name("state"),
        sa.Column("status", sa.Integer(), nullable=False),
        _text("trouble"),
        _seconds("done_s", nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.webhook"], name="fk_webhook_deliveries_webhook_webhooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_line", "webhook_deliveries", ["line", "delivery"])
    op.create_index("ix_webhook_deliveries_state_next", "webhook_deliveries", ["state", "next_s"])
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook", "delivery"])
