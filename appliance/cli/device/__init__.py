"""`linekeeper device`: what is plugged in, whose it is, and whether it works."""

from appliance.cli.device.commands import command

__all__ = ["command"]
