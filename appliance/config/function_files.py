"""Which functions can't work as things are: files that can't be read, programs that aren't there.

Never a reason to refuse a configuration, or one missing table would keep a branch from telephoning: such a function
takes its error branch. People are told by `config check`, the log and `status`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from appliance.config.schema import Configuration, Function
from appliance.contact.functions.definitions import parse_headers


def function_problems(configuration: Configuration) -> list[str]:
    """One line a fault, for a loaded configuration (its paths are absolute)."""
    return [
        f"function {function.name} can't work: {fault}"
        for function in configuration.functions
        for fault in _faults(function)
    ]


def _faults(function: Function) -> Iterator[str]:
    if function.headers_file is not None and (fault := _headers_fault(function.headers_file)):
        yield f"headers_file {function.headers_file} {fault}; write lines Name: value into it, mode 0640"
    for path in (function.ca_file, function.file):
        if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
            yield f"{path} can't be read; put it there, readable by the service"
    if function.command and shutil.which(function.command[0]) is None:
        yield f"{function.command[0]} is no program that may be run; install it, or make it executable"


def _headers_fault(path: Path) -> str:
    try:
        return "" if parse_headers(path.read_text(encoding="utf-8")) else "holds no header"
    except OSError as error:
        return f"can't be read ({error.strerror})"
    except UnicodeDecodeError:
        return "can't be read (not UTF-8)"
    except ValueError as error:
        return f"can't be used: {error}"
