"""Where a command takes a PIN from: the terminal or standard input, never the command line."""

from __future__ import annotations

import sys

import click


def given_pin(from_stdin: bool) -> str:
    """A line of standard input, or what is typed twice without being shown."""
    if from_stdin:
        return sys.stdin.readline().strip()
    asked: str = click.prompt("PIN", hide_input=True, confirmation_prompt=True)
    return asked
