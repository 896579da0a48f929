"""The kit's name for `appliance.cli.softphone.processes`, which ships with the demonstration."""

from appliance.cli.softphone.processes import Program, ProgramError, wait_until

__all__ = ["Program", "ProgramError", "wait_until"]
