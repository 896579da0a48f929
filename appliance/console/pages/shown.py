"""How numbers, times and telephone numbers are written for one reader: language, time zone, and what time it is now.

Ages come as `<time>` elements with the instant inside, so that the page's script can let them grow without asking.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta, tzinfo

import phonenumbers
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

from appliance.console.pages.language import Language
from appliance.console.pages.texts import catalogue, filled

ZONE_COOKIE = "zone"
NOTHING = "–"
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_SIZES = ("B", "kB", "MB", "GB", "TB")
_LONG_S = 10 * 3600
_SHORT = {"en": "d MMM", "ko": "M월 d일"}
_SHORT_WITH_YEAR = {"en": "d MMM y", "ko": "y년 M월 d일"}
When = datetime | float | str | None


def zone_called(name: str | None) -> tzinfo:
    """The reader's time zone from its IANA name; UTC for none or one that isn't known."""
    try:
        return zoneinfo.ZoneInfo(name) if name else UTC
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def moment_of(when: When) -> datetime | None:
    """Of a datetime, seconds since the epoch, or an ISO 8601 text as records have them."""
    if when is None or when == "":
        return None
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    if isinstance(when, datetime):
        return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    return datetime.fromtimestamp(when, UTC)


class Shown:
    """Writes things for one reader. now: seconds since the epoch."""

    def __init__(self, *, language: Language, zone: tzinfo, now: float) -> None:
        self.language = language
        self.zone = zone
        self.now = now

    def text(self, key: str, **values: object) -> str:
        """A text of the tables; with markup among the values it is markup, and the rest is escaped."""
        said = catalogue().wording(self.language, key, values)
        marked = any(isinstance(value, Markup) for value in values.values())
        return filled(Markup(escape(said)) if marked else said, key, values)

    def word(self, family: str, value: object) -> str:
        """What people call a value of the data: the text `<family>.<value>`, or the value itself where it is nobody's
        word but a name."""
        key = f"{family}.{str(value).lower()}"
        return self.text(key) if catalogue().has(key) else str(value).replace("_", " ")

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def age(self, when: When) -> Markup:
        """`3 min ago`, as an element that goes on counting."""
        moment = moment_of(when)
        if moment is None:
            return Markup(escape(self.text("time.never")))
        words = self.ago(self.now - moment.timestamp())
        return Markup('<time datetime="{}" data-age="{}" title="{}">{}</time>').format(
            moment.astimezone(UTC).isoformat(), int(moment.timestamp()), self.instant(moment), words
        )

    def ago(self, seconds: float) -> str:
        """`just now`, `3 min ago`, `2 days ago`."""
        for unit_s, unit in _UNITS[:3]:
            if seconds >= unit_s:
                return self.text(f"time.{unit}s_ago", n=int(seconds // unit_s))
        return self.text("time.just_now") if seconds < 5 else self.text("time.seconds_ago", n=int(seconds))

    def instant(self, when: When) -> str:
        """Day and time to the second."""
        moment = moment_of(when)
        if moment is None:
            return NOTHING
        local = moment.astimezone(self.zone)
        day = format_date(local.date(), "medium", locale=self.language.value)
        return f"{day} {local:%H:%M:%S}"

    def short(self, when: When) -> Markup:
        """Day, with the year if it is another one, and time: for lists. Breaks between the two only."""
        moment = moment_of(when)
        if moment is None:
            return Markup(NOTHING)
        local = moment.astimezone(self.zone)
        same_year = local.year == datetime.fromtimestamp(self.now, self.zone).year
        pattern = (_SHORT if same_year else _SHORT_WITH_YEAR)[self.language.value]
        day = format_date(local.date(), pattern, locale=self.language.value)
        part = '<span class="nowrap">{}</span>'
        return Markup(f"{part} {part}").format(day, f"{local:%H:%M:%S}")

    def iso(self, when: When) -> str:
        """For `datetime` attributes."""
        moment = moment_of(when)
        return "" if moment is None else moment.astimezone(UTC).isoformat()

    def day(self, when: When) -> str:
        """`Sun 22 Nov`."""
        moment = moment_of(when)
        pattern = "EEE d MMM" if self.language is Language.ENGLISH else "M월 d일 (EEE)"
        return (
            NOTHING
            if moment is None
            else format_datetime(moment.astimezone(self.zone), pattern, locale=self.language.value)
        )

    def month_day(self, when: When) -> str:
        """`22 Nov`: for axes."""
        moment = moment_of(when)
        pattern = "d MMM" if self.language is Language.ENGLISH else "M.d"
        return (
            NOTHING
            if moment is None
            else str(format_date(moment.astimezone(self.zone), pattern, locale=self.language.value))
        )

    def measure(self, value: float | None, unit: str) -> str:
        """A metric's value by its unit; sums of many hours in hours."""
        if unit == "SECONDS":
            long = value is not None and value >= _LONG_S
            return self.text("time.hours", n=self.number((value or 0) / 3600)) if long else self.lasted(value)
        if unit == "PERCENT":
            return self.percent(None if value is None else value / 100)
        return self.number(value)

    def clock(self, when: When) -> str:
        """`09:30`."""
        moment = moment_of(when)
        return NOTHING if moment is None else format_time(moment.astimezone(self.zone), "HH:mm", locale="en")

    def second(self, when: When) -> str:
        """`09:30:12`."""
        moment = moment_of(when)
        return NOTHING if moment is None else f"{moment.astimezone(self.zone):%H:%M:%S}"

    def lasted(self, seconds: float | None) -> str:
        """`0:42`, `12:05`, `1:02:03`, `3 d 4:05:06`."""
        if seconds is None:
            return NOTHING
        minutes, rest = divmod(int(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        short = f"{hours}:{minutes:02}:{rest:02}" if hours or days else f"{minutes}:{rest:02}"
        return self.text("time.days_and", n=days, rest=short) if days else short

    def zone_name(self) -> str:
        """The zone and how far it is from UTC now."""
        offset = datetime.fromtimestamp(self.now, self.zone).utcoffset() or timedelta()
        minutes = int(offset.total_seconds() // 60)
        sign = "-" if minutes < 0 else "+"
        name = str(self.zone) if isinstance(self.zone, zoneinfo.ZoneInfo) else "UTC"
        return f"{name} (UTC{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02})" if minutes else name

    # ── amounts ──────────────────────────────────────────────────────────────────────────────────────────────────

    def number(self, value: float | None, digits: int = 0) -> str:
        """With the language's separators."""
        if value is None:
            return NOTHING
        return str(format_decimal(round(value, digits), locale=self.language.value))

    def percent(self, share: float | None, digits: int = 0) -> str:
        """0.5 → `50%`."""
        if share is None:
            return NOTHING
        pattern = "0" + (f".{'0' * digits}" if digits else "") + "%"
        return str(format_percent(share, format=pattern, locale=self.language.value))

    def bytes(self, size: float | None) -> str:
        """`3.2 GB`, in powers of a thousand."""
        if size is None:
            return NOTHING
        for unit in _SIZES:
            if abs(size) < 1000 or unit == _SIZES[-1]:
                return f"{self.number(size, 0 if unit == 'B' or size >= 100 else 1)} {unit}"
            size /= 1000
        raise AssertionError("the last unit takes everything")

    def phone(self, address: str | None) -> str:
        """A telephone number as people of its country read it, with the country's code; anything else as it is."""
        if not address or address == "anonymous":
            return self.text("contact.number_withheld")
        if not address.startswith("+"):
            return address
        try:
            parsed = phonenumbers.parse(address)
        except phonenumbers.NumberParseException:
            return address
        return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
