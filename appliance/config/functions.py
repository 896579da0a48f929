"""Renders `[[functions]]` into what the functions service and the dial plan hold of them. Must not read files."""

from __future__ import annotations

from pathlib import Path

from appliance.config.schema import Configuration, Function
from appliance.contact.functions.definitions import (
    AnyFunction,
    CommandFunction,
    HttpFunction,
    TableFunction,
    encode_definitions,
)


def render_functions(configuration: Configuration) -> bytes:
    """The content of `BoxPaths.functions`."""
    return encode_definitions([_definition(function) for function in configuration.functions])


def function_names(configuration: Configuration) -> dict[str, str]:
    """Every name and ARN that a flow may call a function by → its name here."""
    own = {function.name: function.name for function in configuration.functions}
    return {arn: function.name for function in configuration.functions for arn in function.arns} | own


def finished_function(function: Function, folder: Path) -> Function:
    """`function` with absolute paths; relative ones count from `folder`."""
    paths = {key: getattr(function, key) for key in ("headers_file", "ca_file", "file")}
    return function.model_copy(update={key: folder / path for key, path in paths.items() if path is not None})


def _definition(function: Function) -> AnyFunction:
    if function.kind == "http":
        return HttpFunction(
            name=function.name,
            time_limit_s=function.time_limit_s,
            tries=function.tries,
            cache_max_age_s=function.cache_max_age_s,
            cache_for=function.cache_for,
            url=function.url or "",
            headers=function.headers,
            headers_file=_text(function.headers_file),
            ca_file=_text(function.ca_file),
        )
    if function.kind == "command":
        return CommandFunction(
            name=function.name,
            time_limit_s=function.time_limit_s,
            tries=function.tries,
            cache_max_age_s=function.cache_max_age_s,
            cache_for=function.cache_for,
            argv=function.command,
            environment=function.environment,
        )
    return TableFunction(
        name=function.name,
        time_limit_s=function.time_limit_s,
        tries=function.tries,
        cache_max_age_s=function.cache_max_age_s,
        cache_for=function.cache_for,
        file=_text(function.file),
        column=function.column or "",
        parameter=function.parameter or "",
        table=function.table or "",
        columns=function.columns,
        delimiter=function.delimiter,
        default=function.default,
    )


def _text(path: Path | None) -> str:
    return "" if path is None else str(path)
