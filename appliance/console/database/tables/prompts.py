"""What admins have made for callers to hear."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from appliance.console.database.base import Base, Count, Json, Name, Seconds


class PromptVersion(Base):
    """name: as flows name it (PromptId); version: counts up within the name; blob: the WAV file's SHA-256; duration_s:
    of the sound; origin: `file` or `text`; source: the file's name, or the text that was spoken; language: of a text.
    A version is never changed."""

    __tablename__ = "prompt_versions"

    name: Mapped[Name] = mapped_column(primary_key=True)
    version: Mapped[Count] = mapped_column(primary_key=True, autoincrement=False)
    blob: Mapped[Name] = mapped_column(ForeignKey("blobs.sha256"))
    duration_s: Mapped[Seconds]
    origin: Mapped[Name]
    source: Mapped[Json]
    language: Mapped[Name]
    made_s: Mapped[Seconds]
    made_by: Mapped[Name]
