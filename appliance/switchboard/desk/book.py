"""Which handler answers which box function: one line each, by the operation of its row in `appliance.features`."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.switchboard.desk import phone
from appliance.switchboard.desk.desk import Handler

HANDLERS: Mapping[str, Handler] = {
    "phone.whoami": phone.whoami,
}
