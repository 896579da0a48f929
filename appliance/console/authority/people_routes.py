"""What the people's application needs of the authority: its keys, to sign orders and to show the fingerprint."""

from __future__ import annotations

from fastapi import FastAPI

from appliance.console.authority.keys import authority_folder, console_keys
from appliance.console.context import Console


def install(app: FastAPI, console: Console) -> None:
    """Raises ConsoleError where the console's keys can't be used."""
    app.state.authority = console_keys(authority_folder(console.settings.data_dir))
