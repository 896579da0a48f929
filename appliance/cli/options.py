"""Options that every command has, so that they are spelt and explained in one place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from appliance.config.load import DEFAULT_FILE

Function = TypeVar("Function", bound=Callable[..., object])


def config_option(function: Function) -> Function:
    """`--config FILE`, passed as `config_file: Path`."""
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path, dir_okay=False),
        default=DEFAULT_FILE,
        envvar="LINEKEEPER_CONFIG",
        show_default=True,
        show_envvar=True,
        help="The box's TOML file.",
    )(function)


def json_option(function: Function) -> Function:
    """`--json`, passed as `as_json: bool`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")(function)
