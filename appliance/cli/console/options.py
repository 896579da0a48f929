"""Options that every command of the console has: which database, which folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from appliance.errors import ConsoleError

Function = TypeVar("Function", bound=Callable[..., object])
DATA_DIR = Path("/var/lib/linekeeper-console")
DATABASE_VARIABLE = "LINEKEEPER_CONSOLE_DATABASE"


def data_dir_option(function: Function) -> Function:
    """`--data-dir DIR`, passed as `data_dir: Path`."""
    return click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=DATA_DIR,
        envvar="LINEKEEPER_CONSOLE_DATA_DIR",
        show_default=True,
        show_envvar=True,
        help="Keys of the console; database and recordings too, unless they lie elsewhere.",
    )(function)


def database_option(function: Function) -> Function:
    """`--database URL`, passed as `database: str | None`; see `database_url`."""
    return click.option(
        "--database",
        envvar=DATABASE_VARIABLE,
        show_envvar=True,
        help="postgresql://USER@HOST/NAME or sqlite:///FILE; a file in the data folder unless given. An address with a"
        " password belongs into the environment variable, not on the command line.",
    )(function)


def database_url(database: str | None, data_dir: Path) -> str:
    """What the two options mean together. Makes the folder for the embedded database."""
    if database is not None:
        return database
    return f"sqlite:///{(made(data_dir) / 'console.db').absolute()}"


def made(data_dir: Path) -> Path:
    """The folder, which is there now and nobody else's. Raises ConsoleError."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConsoleError(
            f"the folder {data_dir} can't be made ({error.strerror}); give another by --data-dir"
        ) from error
    return data_dir
