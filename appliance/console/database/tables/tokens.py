"""API tokens: how programs come in."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Json, Name, Seconds


class ApiToken(Base):
    """kept: SHA-256 of the secret, hexadecimal; scopes, branches: words with a space between (`*`: every branch);
    maker: the person with whose rights it ends; used_s: about when last."""

    __tablename__ = "api_tokens"

    token: Mapped[Name] = mapped_column(primary_key=True)
    kept: Mapped[Name]
    name: Mapped[Name]
    maker: Mapped[Name] = mapped_column(ForeignKey("people.person"), index=True)
    scopes: Mapped[Json]
    branches: Mapped[Json]
    made_s: Mapped[Seconds]
    ends_s: Mapped[Seconds]
    revoked_s: Mapped[Seconds | None]
    used_s: Mapped[Seconds | None]
