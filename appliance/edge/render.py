"""From the configuration to what Kamailio reads, and how it is checked and started.

The configuration proper is ordinary Kamailio text in this folder (*.cfg). This module writes the short head with
what differs from box to box, and includes those files. No secret passes through here: passwords are in edge.db.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from appliance.config.address import edge_address
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.edge.database import dialog_database, location_database, presence_database
from appliance.edge.uris import uri_host
from appliance.errors import EdgeError

PARTS = ("kamailio.cfg", "requests.cfg", "phones.cfg", "contacts.cfg", "trunks.cfg", "presence.cfg")
_FOLDER = Path(__file__).parent
_SAFE = re.compile(r"[A-Za-z0-9_./:\[\]-]+")  # no quote, no blank, nothing that Kamailio's preprocessor knows
_SHARED_MEMORY_MB = 32  # reserved, not used: 6 MB at rest, 12 MB at 40 calls a second
_PRIVATE_MEMORY_MB = 4  # a process; 1.1 MB used
_PHONE_FACTOR = 10  # what an address with phones of ours may send, in flood limits: a phone has up to a hundred lamps
_MOST_SUBSCRIPTIONS = 1000  # new ones of an extension in an hour, which is how long one lives
_CHECK_TIMEOUT_S = 20
_COMPLAINT = re.compile(r"(?:CRITICAL|ERROR):\s*(?:<core> \[[^]]*\]:\s*)?(.*)")


def render(configuration: Configuration, paths: BoxPaths) -> None:
    """Write `paths.edge_config`, for its owner only, replacing the old one at once.

    Raises EdgeError for a value that can't stand in a Kamailio configuration, or a file that can't be written.
    """
    text = "#!KAMAILIO\n# Rendered by linekeeper; changes here are lost.\n"
    text += "".join(f"#!define {name}\n" for name in _switches(configuration))
    text += "".join(f'#!substdef "!{name}!{_safe(name, value)}!g"\n' for name, value in _values(configuration, paths))
    text += "".join(f'include_file "{_safe("folder", str(_FOLDER / part))}"\n' for part in PARTS)
    unfinished = paths.edge_config.with_suffix(".new")
    try:
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)
        unfinished.write_text(text)
        unfinished.replace(paths.edge_config)
    except OSError as error:
        raise EdgeError(f"can't write {paths.edge_config}: {error}; check the run directory") from error


def check(paths: BoxPaths) -> None:
    """Let Kamailio parse the rendered configuration. Raises EdgeError with its first complaint."""
    arguments = [_program(), "-c", "-f", str(paths.edge_config), "-Y", str(paths.run), *_memory()]
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=_CHECK_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EdgeError(f"Kamailio can't check {paths.edge_config}: {error}") from error
    if done.returncode != 0:
        raise EdgeError(f"Kamailio refuses {paths.edge_config}: {_complaint(done.stdout + done.stderr)}")


def command(paths: BoxPaths) -> list[str]:
    """The command line of Kamailio in the foreground, logging to stderr. SIGTERM to this process ends all of it."""
    return [_program(), "-DD", "-E", "-f", str(paths.edge_config), "-Y", str(paths.run), *_memory()]


def _values(configuration: Configuration, paths: BoxPaths) -> list[tuple[str, str]]:
    edge, contacts = configuration.edge, configuration.contacts
    return [
        ("LOG_LEVEL", "1"),
        ("WORKERS", str(edge.workers)),
        ("EDGE_DOMAIN", edge.domain),
        ("EDGE_ADDRESS", uri_host(edge_address(configuration))),
        ("EDGE_PORT", str(edge.port)),
        ("INTERNAL_PORT", str(edge.internal_port)),
        ("CAPACITY", str(contacts.capacity)),
        ("FIRST_SLOT_PORT", str(contacts.sip_port)),
        ("LAST_SLOT_PORT", str(contacts.sip_port + contacts.capacity - 1)),
        ("FLOOD_SECONDS", str(edge.flood_seconds)),
        ("FLOOD_REQUESTS", str(edge.flood_requests)),
        ("EDGE_DATABASE", str(paths.edge_db.absolute())),
        ("LOCATION_DATABASE", str(location_database(paths).absolute())),
        ("DIALOG_DATABASE", str(dialog_database(paths).absolute())),
        ("PRESENCE_DATABASE", str(presence_database(paths).absolute())),
        ("PHONE_REQUESTS", str(_PHONE_FACTOR * edge.flood_requests)),
        ("MOST_SUBSCRIPTIONS", str(_MOST_SUBSCRIPTIONS)),
        ("RPC_SOCKET", str(paths.edge_rpc_socket.absolute())),
    ]


def _switches(configuration: Configuration) -> list[str]:
    return [f"WITH_{transport.upper()}" for transport in configuration.edge.transports]


def _safe(name: str, value: str) -> str:
    if not _SAFE.fullmatch(value):
        raise EdgeError(f"{name} is {value!r}, which a Kamailio configuration can't hold; use letters, digits, . _ - /")
    return value


def _program() -> str:
    program = shutil.which("kamailio", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if program is None:
        raise EdgeError("Kamailio is not installed; install the package kamailio")
    return program


def _memory() -> list[str]:
    return ["-m", str(_SHARED_MEMORY_MB), "-M", str(_PRIVATE_MEMORY_MB)]


def _complaint(output: str) -> str:
    found = [match.group(1).strip() for match in map(_COMPLAINT.search, output.splitlines()) if match]
    return found[0] if found else (output.strip().splitlines() or ["no reason given"])[-1]
