"""The commands of `linekeeper agent`, put together."""

from __future__ import annotations

import click

from appliance.cli.agent.shift import clear, extend, login, logout, pin, status
from appliance.cli.agent.staff import add, proficiency, remove, show_all


@click.group("agent")
def command() -> None:
    """Agents: who answers queues, and their status.

    Example: linekeeper agent add kim --extension 101 --queue sales
    """


for _each in (add, proficiency, remove, show_all, login, logout, pin, extend, clear, status):
    command.add_command(_each)
