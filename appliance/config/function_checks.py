"""What the values of `[[functions]]` must not be together: keys of another kind, addresses that are none, names twice.

Must not read files: whether those of a function are there is `appliance.config.function_files`, and no reason to
refuse a configuration.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from appliance.config.problems import Problem, shown
from appliance.config.schema import Configuration, Function
from appliance.contact.functions.definitions import parse_headers

_KEYS = {
    "http": ("url", "headers", "headers_file", "ca_file"),
    "command": ("command", "environment"),
    "table": ("file", "table", "column", "parameter", "columns", "delimiter", "default"),
}
_NEEDED = {"http": ("url",), "command": ("command",), "table": ("file", "column", "parameter")}


def check_functions(configuration: Configuration, places: Mapping[int, int]) -> Iterator[Problem]:
    """Each function by its kind. `places` gives its index in the file."""
    for index, function in enumerate(configuration.functions):
        key = f"functions[{places[index]}]"
        yield from _check_keys(key, function)
        if function.kind == "http":
            yield from _check_http(key, function)
        elif function.kind == "command":
            yield from _check_command(key, function)


def check_function_names(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """No two functions may answer to one name or ARN. Looks at the file as written, as `checks.check_names` does."""
    seen: dict[str, int] = {}
    functions = raw.get("functions")
    for index, function in enumerate(functions if isinstance(functions, list) else ()):
        for key, name in _names(function):
            if seen.get(name, index) != index:
                yield Problem(
                    key=f"functions[{index}].{key}",
                    value=shown(key, name),
                    fault=f"already leads to functions[{seen[name]}]",
                    remedy="give each function names and ARNs of its own",
                )
            seen.setdefault(name, index)


def _names(function: object) -> Iterator[tuple[str, str]]:
    if isinstance(function, dict):
        arns = function.get("arns")
        names = [("name", function.get("name"))]
        names += [("arns", arn) for arn in arns] if isinstance(arns, list) else []
        yield from ((key, name) for key, name in names if isinstance(name, str))


def _check_keys(key: str, function: Function) -> Iterator[Problem]:
    for name in _NEEDED[function.kind]:
        if not getattr(function, name):
            yield Problem(
                key=f"{key}.{name}", fault=f"is missing for a {function.kind} function", remedy=f"add {name} = …"
            )
    for kind, names in _KEYS.items():
        for name in names if kind != function.kind else ():
            if name in function.model_fields_set:
                fault = f"is for functions of kind {kind}, this one is {function.kind}"
                yield Problem(key=f"{key}.{name}", fault=fault, remedy="remove it, or change kind")


def _check_http(key: str, function: Function) -> Iterator[Problem]:
    if function.url:
        yield from _check_url(f"{key}.url", function)
    for name, value in function.headers.items():
        try:
            parse_headers(f"{name}: {value}")
        except ValueError:
            yield Problem(
                key=f"{key}.headers", fault="hold what is no header", remedy="write names and values in printable ASCII"
            )


def _check_url(key: str, function: Function) -> Iterator[Problem]:
    try:
        parts = urlsplit(function.url or "")
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        yield Problem(
            key=key,
            fault="is no address of an endpoint",
            remedy="write it whole, such as https://crm.example/lookup",
        )
    elif parts.username is not None or parts.password is not None:
        yield Problem(key=key, fault="holds a password", remedy="send it as Authorization header from headers_file")
    elif function.headers_file is not None and parts.scheme == "http" and not _is_here(parts.hostname or ""):
        yield Problem(
            key=key, fault="would send headers_file without encryption", remedy="use https, or an endpoint on this box"
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_command(key: str, function: Function) -> Iterator[Problem]:
    if function.command and not function.command[0].startswith("/"):
        yield Problem(
            key=f"{key}.command[0]",
            value=shown("command", function.command[0]),
            fault="is no whole path",
            remedy="write the program's whole path, such as /usr/local/bin/lookup",
        )
