"""What the exchange wants to hear for a number that the box dials. Pure apart from `phonenumbers`' tables."""

from __future__ import annotations

import re

import phonenumbers

_KEYS = re.compile(r"[^0-9*#]")


def keys_for(number: str, *, country: str, prefix: str = "") -> str:
    """E.164 as it is dialled in `country` (ISO 3166): +8225550100 is 025550100 in KR and 01182… in the US. What is no
    telephone number is dialled as it is. prefix: goes before every number; a comma in it is a pause."""
    return prefix + _KEYS.sub("", _as_dialled(number, country))


def _as_dialled(number: str, country: str) -> str:
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_out_of_country_calling_number(parsed, country))
