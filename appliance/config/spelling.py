"""One spelling for a number, however the file has it. Pure."""

from __future__ import annotations

import re

from appliance.dialplan import e164

SHORT_CODE = re.compile(r"[0-9*#]{2,8}")


def normal_number(number: str, region: str) -> str | None:
    """E.164 where `number` is a telephone number of `region`; a short code as it is; None for anything else."""
    full = e164(number, region)
    if full is not None:
        return full
    return number if SHORT_CODE.fullmatch(number) else None
