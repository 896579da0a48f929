"""Writes files for people: whole or not at all, and never over one that is there unless told so."""

from __future__ import annotations

import os
from pathlib import Path

from appliance.errors import FlowError


def write_new(path: Path, content: bytes, *, replace: bool) -> None:
    """Raises FlowError where the file is there already or can't be written."""
    if path.exists() and not replace:
        raise FlowError(f"{path} is there already", ["choose another name, or replace it with --replace"])
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        raise FlowError(f"{path} can't be written", [error.strerror or str(error)]) from error
    finally:
        aside.unlink(missing_ok=True)
