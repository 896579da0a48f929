"""Whom the box may call by itself, on somebody's word: call-backs, campaigns. Pure.

Stricter than what a person inside may dial (`routing`): the number may have been typed by a stranger.
"""

from __future__ import annotations

import phonenumbers

from appliance.dialplan.numbers import EMERGENCY, e164
from appliance.dialplan.plan import DialPlan
from appliance.dialplan.routing import ToExtension, ToOutside, Unroutable
from appliance.ids import Extension


def may_be_called(plan: DialPlan, wanted: str) -> ToExtension | ToOutside | Unroutable:
    """Who is called under `wanted`, a number in any spelling of the plan's region.

    Never an emergency number in any disguise, never a number of the box itself (it would talk to its own flow), never a
    premium rate (toll fraud); an extension only where the plan allows it.
    """
    text = wanted.strip()
    number = e164(text, plan.region)
    why = _forbidden(plan, text, number)
    if why:
        return Unroutable(sip_status=403, why=why)
    if (extension := Extension(text)) in plan.extensions:
        return ToExtension(extension=extension, agent=plan.extensions[extension])
    if number is None:
        return Unroutable(sip_status=484, why=f"{text[:20]!r} is no phone number of {plan.region}; write it as +CC…")
    if not plan.trunks:
        return Unroutable(sip_status=503, why="there is no trunk to call out by; add one under [[trunks]]")
    return ToOutside(number=number)


def _forbidden(plan: DialPlan, text: str, number: str | None) -> str:
    if is_emergency(text, plan.region):
        return f"{text[:20]} is an emergency number; the box never calls one by itself"
    if text in plan.extensions:
        return "" if plan.callbacks_inside else f"{text} is an extension; set 'inside' under [callbacks] to allow it"
    if number in plan.numbers or text in plan.numbers:
        return f"{text[:20]} is a number of this box; it would call itself"
    if number is not None and _is_premium(number):
        return f"{number} is a premium rate number; the box never calls one by itself"
    return ""


def is_emergency(dialled: str, region: str) -> bool:
    """Whether `dialled` reaches, or could reach, an emergency service: as it is, or behind a country code."""
    digits = "".join(sign for sign in dialled if sign.isdigit())
    country = str(phonenumbers.country_code_for_region(region))
    short = digits.removeprefix("00").removeprefix(country) if dialled.startswith(("+", "00")) else digits
    return bool({digits, short} & EMERGENCY) or any(
        phonenumbers.connects_to_emergency_number(spelling, region) for spelling in {digits, short} if spelling
    )


def _is_premium(number: str) -> bool:
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return bool(kind == phonenumbers.PhoneNumberType.PREMIUM_RATE)
