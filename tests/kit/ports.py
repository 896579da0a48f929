"""The kit's name for `appliance.cli.softphone.ports`, which ships with the demonstration."""

from appliance.cli.softphone.ports import PortBlock, PortsError, reserve_ports, reserved_ports

__all__ = ["PortBlock", "PortsError", "reserve_ports", "reserved_ports"]
