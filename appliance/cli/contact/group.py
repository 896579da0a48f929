"""The commands of `linekeeper contact`, put together."""

from __future__ import annotations

import click

from appliance.cli.contact.acting import ACTIONS, digits
from appliance.cli.contact.export import export
from appliance.cli.contact.handing_on import consult, dial, park, transfer
from appliance.cli.contact.listing import show, show_all
from appliance.cli.contact.outcome import disposition, note
from appliance.cli.contact.supervising import change_mode, monitor, take_over


@click.group("contact")
def command() -> None:
    """Contacts: list, show, and act on one under way.

    Example: linekeeper contact list --open
    """


_ALL = (*ACTIONS, digits, export, consult, dial, park, transfer, show, show_all, disposition, note)
for _each in (*_ALL, change_mode, monitor, take_over):
    command.add_command(_each)
