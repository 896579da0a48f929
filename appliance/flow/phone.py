"""Phone numbers as callers type them. The only module of the room that loads `phonenumbers` (import it late)."""

from __future__ import annotations

import phonenumbers

_PREFIXES = ("00", "011", "+")


def typed_number(digits: str, country: str | None) -> str | None:
    """E.164 of what was typed, None if it is no valid number. country: ISO 3166 for local numbers; None: the digits
    are E.164, with or without the plus or an international prefix (ITU-T E.164 section 6)."""
    text = digits if country is not None else "+" + _without_prefix(digits)
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def dialable_number(text: str, country: str) -> str | None:
    """E.164 of a number in any spelling, read from `country` where it has no country code; None if impossible."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _without_prefix(digits: str) -> str:
    for prefix in _PREFIXES:
        if digits.startswith(prefix):
            return digits.removeprefix(prefix)
    return digits
