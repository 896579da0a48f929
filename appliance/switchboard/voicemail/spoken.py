"""How a message is announced: when it came and from whom, in words that a speech engine reads well. Pure."""

from __future__ import annotations

from datetime import datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NOON = 12


def moment(at: datetime, language: str) -> str:
    """`Sunday, November 22, 4:05 PM`; in Korean `11월 22일 오후 4시 5분`. `at` is in the box's own zone."""
    hour = at.hour % _NOON or _NOON
    if language.startswith("ko"):
        half = "오전" if at.hour < _NOON else "오후"
        return f"{at.month}월 {at.day}일 {half} {hour}시 {at.minute}분"
    half = "AM" if at.hour < _NOON else "PM"
    return f"{_DAYS[at.weekday()]}, {_MONTHS[at.month - 1]} {at.day}, {hour}:{at.minute:02} {half}"


def digits(number: str) -> str:
    """A number digit by digit; "" for a caller without one."""
    return " ".join(sign for sign in number if sign.isdigit()) if any(sign.isdigit() for sign in number) else ""
