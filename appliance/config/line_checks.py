"""What `[[lines]]` must not say: a number that starts nothing, a gateway without address, one device twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from appliance.config.lines import GATEWAY
from appliance.config.problems import Problem, shown
from appliance.config.schema import Configuration, Line
from appliance.config.spelling import normal_number


def check_lines(configuration: Configuration, places: Mapping[int, int]) -> Iterator[Problem]:
    """`places` gives each line's index in the file."""
    devices: dict[tuple[str, str], int] = {}
    for index, line in enumerate(configuration.lines):
        key = f"lines[{places[index]}]"
        yield from _check_number(key, line, configuration)
        if line.kind == GATEWAY:
            yield from _check_gateway(key, line)
        elif (line.kind, line.device) in devices:
            yield Problem(
                key=f"{key}.device",
                value=shown("device", line.device),
                fault=f"is also the device of lines[{devices[line.kind, line.device]}]",
                remedy="name another one; 'python -m hw --list' shows what is plugged in",
            )
        devices.setdefault((line.kind, line.device), places[index])


def _check_number(key: str, line: Line, configuration: Configuration) -> Iterator[Problem]:
    region = configuration.box.region
    number = normal_number(line.number, region)
    if number is None:
        yield Problem(
            key=f"{key}.number",
            value=shown("number", line.number),
            fault=f"is neither a telephone number of region {region} nor a short code",
            remedy="write the line's own number with country code, such as +8225550100",
        )
        return
    listed = {normal_number(entry.number, region) for entry in configuration.numbers}
    flows = {one.flow for one in configuration.lines if one.flow and normal_number(one.number, region) == number}
    if number in listed and line.flow is not None:
        yield Problem(
            key=f"{key}.flow",
            value=shown("flow", line.flow),
            fault="is given although the number is under [[numbers]]",
            remedy="keep one of them",
        )
    elif number not in listed and not flows:
        yield Problem(key=f"{key}.flow", fault="is missing", remedy="name the flow that the line's calls start")
    elif len(flows) > 1:
        yield Problem(
            key=f"{key}.flow",
            value=shown("flow", line.flow or ""),
            fault="is another one than that of a line with the same number",
            remedy="lines of one number start one flow",
        )


def _check_gateway(key: str, line: Line) -> Iterator[Problem]:
    if line.host is None:
        yield Problem(key=f"{key}.host", fault="is missing for a gateway", remedy="write the gateway's IP address")
    if line.device:
        yield Problem(
            key=f"{key}.device",
            value=shown("device", line.device),
            fault="means nothing for a gateway",
            remedy="remove it; host and port say where the gateway is",
        )
