"""Phone numbers as callers type them. The only module of the room that loads `phonenumbers` (import it late)."""

from __future__ import annotations

import phonenumbers

from appliance.dialplan import DialPlan, ToExtension, ToOutside, e164, is_emergency, may_be_called

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


def possible_number(text: str, country: str, plan: DialPlan | None) -> str | None:
    """E.164 of a number in any spelling, read from `country` where it has no country code; a short number that the plan
    knows or that nobody may be called at (emergency) as it is. None if it is no number at all."""
    if plan is not None and (text in plan.extensions or is_emergency(text, country)):
        return text
    return e164(text, country)


def may_be_called_back(number: str, country: str, plan: DialPlan | None) -> bool:
    """Whether the box calls this number by itself: a valid one (ITU-T E.164), and by the plan one that it may call."""
    if plan is None:
        return typed_number(number, country) is not None
    destination = may_be_called(plan, number)
    if isinstance(destination, ToOutside):
        return typed_number(destination.number, country) is not None
    return isinstance(destination, ToExtension)


def _without_prefix(digits: str) -> str:
    for prefix in _PREFIXES:
        if digits.startswith(prefix):
            return digits.removeprefix(prefix)
    return digits
