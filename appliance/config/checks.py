"""What the values of a configuration must not be together: ports, names, credentials, numbers.

Each check is one function over an already validated configuration (or what of it is valid) and yields problems.
Must not read files or the network.
"""

from __future__ import annotations

import ipaddress
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from appliance.config.contact_settings import box_paths
from appliance.config.lines import GATEWAY, line_port
from appliance.config.problems import Problem, shown
from appliance.config.schema import Configuration, Trunk
from appliance.config.spelling import normal_number
from appliance.dialplan import e164

RTP_PORTS_A_CONTACT = 16
HIGHEST_PORT = 65535
LONGEST_SOCKET_PATH = 107  # unix(7): sun_path has 108 bytes with its final zero


@dataclass(frozen=True, slots=True, kw_only=True)
class PortRange:
    """`count` ports from `first`, taken by `key`."""

    key: str
    first: int
    count: int = 1

    @property
    def last(self) -> int:
        return self.first + self.count - 1

    def overlaps(self, other: PortRange) -> bool:
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.count == 1 else f"{self.first}-{self.last}"


def port_ranges(configuration: Configuration) -> tuple[PortRange, ...]:
    """Every port the box takes on this machine."""
    edge, contacts = configuration.edge, configuration.contacts
    return (
        PortRange(key="edge.port", first=edge.port),
        PortRange(key="edge.internal_port", first=edge.internal_port),
        PortRange(key="contacts.sip_port", first=contacts.sip_port, count=contacts.capacity),
        PortRange(key="contacts.rtp_port", first=contacts.rtp_port, count=contacts.capacity * RTP_PORTS_A_CONTACT),
        *(
            PortRange(key=f"lines[{index}].sip_port", first=line_port(configuration, line))
            for index, line in enumerate(configuration.lines)
            if line.kind != GATEWAY
        ),
    )


def check_ports(configuration: Configuration) -> Iterator[Problem]:
    """No range may overlap another or leave 1-65535."""
    ranges = port_ranges(configuration)
    for ports in ranges:
        if ports.last > HIGHEST_PORT:
            yield Problem(
                key=ports.key,
                value=str(ports.first),
                fault=f"takes ports {ports}, past {HIGHEST_PORT}",
                remedy=f"begin at {HIGHEST_PORT + 1 - ports.count} or lower, or lower contacts.capacity",
            )
    for ports, other in itertools.combinations(ranges, 2):
        if ports.overlaps(other):
            yield Problem(
                key=other.key,
                value=str(other.first),
                fault=f"ports {other} overlap {ports.key} ({ports})",
                remedy="move one of them or lower contacts.capacity",
            )


def check_trunks(configuration: Configuration, places: Mapping[int, int]) -> Iterator[Problem]:
    """Addresses, credentials and caller ids. `places` gives each trunk's index in the file."""
    for index, trunk in enumerate(configuration.trunks):
        key = f"trunks[{places[index]}]"
        yield from _check_trunk_host(key, trunk)
        if trunk.kind == "registered":
            yield from _check_credentials(key, trunk)
        yield from _check_caller_id(key, trunk, configuration.box.region)


def _check_trunk_host(key: str, trunk: Trunk) -> Iterator[Problem]:
    try:
        ipaddress.ip_address(trunk.host)
    except ValueError:
        yield Problem(
            key=f"{key}.host",
            value=shown("host", trunk.host),
            fault="is a name; names are not looked up on the way of a call",
            remedy="write the provider's IP address",
        )
    for network in trunk.addresses:
        if network.prefixlen == 0:
            yield Problem(
                key=f"{key}.addresses",
                value=str(network),
                fault="would believe the whole Internet",
                remedy="write the provider's addresses only",
            )


def _check_credentials(key: str, trunk: Trunk) -> Iterator[Problem]:
    if trunk.username is None:
        yield Problem(
            key=f"{key}.username", fault="is missing for a registered trunk", remedy="add the provider's user name"
        )
    if trunk.password is None and trunk.password_file is None:
        yield Problem(
            key=f"{key}.password",
            fault="is missing for a registered trunk",
            remedy="add password_file = a path, or password",
        )
    if trunk.password is not None and trunk.password_file is not None:
        yield Problem(key=f"{key}.password", fault="and password_file are both given", remedy="keep one of them")


def _check_caller_id(key: str, trunk: Trunk, region: str) -> Iterator[Problem]:
    if trunk.caller_id is not None and e164(trunk.caller_id, region) is None:
        yield Problem(
            key=f"{key}.caller_id",
            value=shown("caller_id", trunk.caller_id),
            fault=f"is no telephone number of region {region}",
            remedy="write it with country code, such as +8225550100",
        )


def check_numbers(configuration: Configuration, places: Mapping[int, int]) -> Iterator[Problem]:
    """Each number must be dialable, and only one entry may have it. `places` as in `check_trunks`."""
    seen: dict[str, int] = {}
    for index, entry in enumerate(configuration.numbers):
        key, region = f"numbers[{places[index]}].number", configuration.box.region
        number = normal_number(entry.number, region)
        if number is None:
            yield Problem(
                key=key,
                value=shown("number", entry.number),
                fault=f"is neither a telephone number of region {region} nor a short code",
                remedy="write it with country code, such as +8225550100, or 2 to 8 of 0-9 * #",
            )
        elif number in seen:
            yield Problem(
                key=key,
                value=shown("number", entry.number),
                fault=f"is the same number as numbers[{seen[number]}]",
                remedy="remove one of them",
            )
        seen.setdefault(number or "", places[index])


def check_socket_paths(configuration: Configuration) -> Iterator[Problem]:
    """Unix sockets have short names."""
    paths = box_paths(configuration)
    sockets = (paths.api_socket, paths.link_socket, paths.functions_socket, paths.edge_rpc_socket)
    longest = max(sockets, key=lambda path: len(str(path)))
    if len(str(longest)) > LONGEST_SOCKET_PATH:
        yield Problem(
            key="box.run_dir",
            value=shown("run_dir", str(configuration.box.run_dir)),
            fault=f"is too long: sockets in it may have {LONGEST_SOCKET_PATH} characters at most",
            remedy="choose a shorter folder, such as /run/linekeeper",
        )


def check_names(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """No two trunks or lines of one name. Looks at the file as written, so that a faulty one's name counts too."""
    seen: dict[str, str] = {}
    listed = [(table, *item) for table in ("trunks", "lines") for item in _items(raw.get(table))]
    for where, index, trunk in listed:
        name = trunk.get("name") if isinstance(trunk, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            yield Problem(
                key=f"{where}[{index}].name",
                value=shown("name", name),
                fault=f"is also the name of {seen[name]}",
                remedy="give each trunk a name of its own",
            )
        seen.setdefault(name, f"{where}[{index}]")


def _items(value: object) -> Iterator[tuple[int, object]]:
    return enumerate(value if isinstance(value, list) else ())


def check_voices(configuration: Configuration) -> Iterator[Problem]:
    """A neural voice is a file."""
    for index, voice in enumerate(configuration.speech.voices):
        if voice.engine == "piper" and voice.model is None:
            yield Problem(
                key=f"speech.voices[{index}].model",
                fault="is missing",
                remedy='name the model, such as "en_US-joe-medium" for en_US-joe-medium.onnx in models_dir',
            )
