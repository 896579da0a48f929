"""The kit's name for `appliance.cli.softphone.baresip`, which ships with the demonstration."""

from appliance.cli.softphone.baresip import Baresip
from appliance.cli.softphone.control import PhoneEvent

__all__ = ["Baresip", "PhoneEvent"]
