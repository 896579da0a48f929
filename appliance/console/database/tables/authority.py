"""How boxes get in: one-time codes, the certificates issued for them, and who tried wrong codes."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Name, Seconds


class EnrolmentCode(Base):
    """code_sha256: hexadecimal, of the code without separators: nobody reads a code out of the database; made_by: a
    person; used_s and box: once it has been used, cancelled_s: if somebody took it back."""

    __tablename__ = "enrolment_codes"

    code_sha256: Mapped[Name] = mapped_column(primary_key=True)
    branch: Mapped[Name] = mapped_column(ForeignKey("branches.branch"), index=True)
    made_by: Mapped[Name]
    made_s: Mapped[Seconds]
    expires_s: Mapped[Seconds]
    used_s: Mapped[Seconds | None]
    cancelled_s: Mapped[Seconds | None]
    box: Mapped[Name | None]


class EnrolmentFailure(Base):
    """A wrong code from an address; old rows are deleted."""

    __tablename__ = "enrolment_failures"

    failure: Mapped[Name] = mapped_column(primary_key=True)
    address: Mapped[Name] = mapped_column(index=True)
    failed_s: Mapped[Seconds]


class Certificate(Base):
    """One that the authority issued. serial: hexadecimal; first_used_s: None until a box has come with it, by which the
    ones before it are over."""

    __tablename__ = "certificates"

    serial: Mapped[Name] = mapped_column(primary_key=True)
    box: Mapped[Name] = mapped_column(ForeignKey("boxes.box"), index=True)
    issued_s: Mapped[Seconds]
    ends_s: Mapped[Seconds]
    first_used_s: Mapped[Seconds | None]
    revoked_s: Mapped[Seconds | None]
    reason: Mapped[Name] = mapped_column(default="")


class Sighting(Base):
    """Why a box was suspected of being two. machine: of the one that came, "" where the chain told; refused: an admin
    said that this machine is the wrong one."""

    __tablename__ = "clone_sightings"

    box: Mapped[Name] = mapped_column(ForeignKey("boxes.box"), primary_key=True)
    machine: Mapped[Name] = mapped_column(primary_key=True)
    why: Mapped[Name]
    address: Mapped[Name]
    seen_s: Mapped[Seconds]
    refused: Mapped[bool] = mapped_column(default=False)
