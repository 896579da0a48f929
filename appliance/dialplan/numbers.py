"""What people dial: emergency numbers, national and international spelling. Pure apart from `phonenumbers`' tables."""

from __future__ import annotations

import functools
import re

import phonenumbers

EMERGENCY = frozenset({"112", "911", "119", "999", "000", "110", "933"})
DIALABLE = re.compile(r"[0-9*#+]{1,32}")


@functools.lru_cache(maxsize=1024)
def e164(dialled: str, region: str) -> str | None:
    """`dialled` as E.164 (`+8225550100`), or None where it is no possible number of `region` (a country code)."""
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
