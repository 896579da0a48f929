"""What all tables have in common. Times are seconds since the epoch (`…_s`), JSON is text that msgspec wrote."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import BigInteger, Double, LargeBinary, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Every constraint has a name, so that a migration can name it on both databases.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Name = Annotated[str, mapped_column(String(200))]
Json = Annotated[str, mapped_column(Text)]
Seconds = Annotated[float, mapped_column(Double)]
Count = Annotated[int, mapped_column(BigInteger)]
Digest = Annotated[bytes, mapped_column(LargeBinary(32))]


class Base(DeclarativeBase):
    """The root of every table."""

    metadata = MetaData(naming_convention=_NAMES)
