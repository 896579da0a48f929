"""The `vcon` package's opinion of a vCon. The only place that imports it."""

from __future__ import annotations

import warnings
from typing import Any

from appliance.errors import ConsoleError


class VconError(ConsoleError):
    """What was made is no vCon."""


def checked(container: dict[str, Any]) -> str:
    """As JSON. Raises VconError with what is wrong."""
    with warnings.catch_warnings(record=True):  # authlib, which the package imports, announces its own end
        from vcon import Vcon
    made = Vcon(container)
    valid, faults = made.is_valid()
    if not valid:
        raise VconError(f"the contact makes no vCon: {'; '.join(faults)}")
    text: str = made.to_json()
    return text
