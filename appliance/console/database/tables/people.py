"""People of the console, what they were granted, their sessions, and wrong tries at logging in."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class Person(Base):
    """`person`: the log-in name, small letters. password: argon2id; password_once: to be changed at the next log-in.
    factor: the second factor's secret, sealed, "" before it is set; factor_step: the last code's, so that none opens
    twice. disabled_s: since when they may not come in."""

    __tablename__ = "people"

    person: Mapped[Name] = mapped_column(primary_key=True)
    name: Mapped[Name]
    password: Mapped[Json]
    password_once: Mapped[bool]
    factor: Mapped[Json] = mapped_column(default="")
    factor_step: Mapped[Count] = mapped_column(default=0)
    created_s: Mapped[Seconds]
    signed_in_s: Mapped[Seconds | None]
    disabled_s: Mapped[Seconds | None]


class PersonGrant(Base):
    """A role at a branch, or at `*`."""

    __tablename__ = "person_grants"

    person: Mapped[Name] = mapped_column(ForeignKey("people.person"), primary_key=True)
    role: Mapped[Name] = mapped_column(primary_key=True)
    branch: Mapped[Name] = mapped_column(primary_key=True)


class PersonSession(Base):
    """kept: SHA-256 of the cookie, hexadecimal; stage: how far the log-in is; factor: a new second factor's secret,
    sealed, until its first code; address, browser: where from, for the person's own list."""

    __tablename__ = "person_sessions"
    __table_args__ = (Index("ix_person_sessions_person", "person"), Index("ix_person_sessions_seen", "seen_s"))

    kept: Mapped[Name] = mapped_column(primary_key=True)
    person: Mapped[Name] = mapped_column(ForeignKey("people.person"))
    stage: Mapped[Name]
    begun_s: Mapped[Seconds]
    seen_s: Mapped[Seconds]
    factor: Mapped[Json] = mapped_column(default="")
    address: Mapped[Name]
    browser: Mapped[Name]


class RecoveryCode(Base):
    """kept: argon2id of the code, all of a person's with one salt; used_s: when it opened."""

    __tablename__ = "recovery_codes"
    __table_args__ = (Index("ix_recovery_codes_person", "person"),)

    kept: Mapped[Name] = mapped_column(primary_key=True)
    person: Mapped[Name] = mapped_column(ForeignKey("people.person"))
    made_s: Mapped[Seconds]
    used_s: Mapped[Seconds | None]


class WrongTries(Base):
    """subject: `name:<log-in name>` or `address:<IP>`, hashed; count: since the last right try."""

    __tablename__ = "wrong_tries"
    __table_args__ = (Index("ix_wrong_tries_last", "last_s"),)

    subject: Mapped[Name] = mapped_column(primary_key=True)
    count: Mapped[Count]
    last_s: Mapped[Seconds]
