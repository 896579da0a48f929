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
    if is_emergency(text, plan.region):
        return Unroutable(sip_status=403, why=f"{text[:20]} is an emergency number; the box never calls it by itself")
    if (extension := Extension(text)) in plan.extensions:
        if plan.callbacks_inside:
            return ToExtension(extension=extension, agent=plan.extensions[extension])
        return Unroutable(sip_status=403, why=f"{text} is an extension; set 'inside' under [callbacks] to allow it")
    number = e164(text, plan.region)
    if number is None:
        return Unroutable(sip_status=484, why=f"{text[:20]!r} is no phone number of {plan.region}; write it as +CC…")
    if number in plan.numbers or text in plan.numbers:
        return Unroutable(sip_status=482, why=f"{number} is a number of this box")
    if _is_premium(number):
        return Unroutable(sip_status=403, why=f"{number} is a premium rate number; the box never calls one by itself")
    if not plan.trunks:
        return Unroutable(sip_status=503, why="there is no trunk to call out by; add one under [[trunks]]")
    return ToOutside(number=number)


def is_emergency(dialled: str, region: str) -> bool:
    """Whether `dialled` reaches, or could reach, an emergency service: as it is, or with the country code put before."""
    digits = "".join(sign for sign in dialled if sign.isdigit())
    country = str(phonenumbers.country_code_for_region(region))
    short = digits.removeprefix("00").removeprefix(country) if dialled.startswith(("+", "00")) else digits
    return bool({digits, short} & EMERGENCY) or any(
        phonenumbers.connects_to_emergency_number(spelling, region) for spelling in {digits, short} if spelling
    )


def _is_premium(number: str) -> bool:
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return bool(kind == phonenumbers.PhoneNumberType.PREMIUM_RATE)
