"""Which of the two languages somebody reads, from a cookie or what the browser asks for. Pure."""

from __future__ import annotations

import enum

COOKIE = "language"
_LONGEST_HEADER = 500


class Language(enum.StrEnum):
    """The value is the BCP 47 tag, and the key in the tables of texts."""

    ENGLISH = "en"
    KOREAN = "ko"

    @property
    def own_name(self) -> str:
        """As its readers call it."""
        return {"en": "English", "ko": "한국어"}[self.value]


def chosen_language(cookie: str | None, accepted: str | None) -> Language:
    """cookie: the choice made here before; accepted: the Accept-Language header (RFC 9110 §12.5.4)."""
    if cookie in set(Language):
        return Language(cookie)
    for tag in _by_wish(accepted or ""):
        primary = tag.partition("-")[0]
        if primary in set(Language):
            return Language(primary)
    return Language.ENGLISH


def _by_wish(header: str) -> list[str]:
    """The tags, the most wanted first; those with q=0 are not wanted."""
    wishes: list[tuple[float, str]] = []
    for part in header[:_LONGEST_HEADER].lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if tag and weight > 0:
            wishes.append((weight, tag))
    return [tag for _, tag in sorted(wishes, key=lambda wish: -wish[0])]
