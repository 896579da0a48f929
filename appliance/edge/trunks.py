"""The configured trunks as rows of edge.db: believed addresses, registrations, and where calls leave.

Host and addresses are IP addresses: a name would have to be resolved while a caller waits. Passwords are in edge.db
(mode 0600) because a provider must be answered with them; where the realm is known, only the hash is stored.
"""

from __future__ import annotations

import hashlib
import sqlite3
from ipaddress import ip_address, ip_network

from appliance.config.address import LOOPBACK, edge_address
from appliance.config.lines import trunks_of
from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration, Trunk
from appliance.edge.database import edge_database
from appliance.edge.uris import uri_host
from appliance.errors import EdgeError

_SETTING = "INSERT INTO trunk_setting (key_name, value_type, key_value) VALUES (?, ?, ?)"
_ADDRESS = "INSERT INTO address (grp, ip_addr, mask, port, tag) VALUES (?, ?, ?, ?, ?)"
_ANY_PORT = 0  # as permissions has it
_REGISTRATION = """
INSERT INTO uacreg (l_uuid, l_username, l_domain, r_username, r_domain, realm, auth_username, auth_password, auth_ha1,
                    auth_proxy, expires, socket)
VALUES (:name, :name, :domain, :username, :host, :realm, :username, :password, :ha1, :proxy, :expires, :socket)
"""


def store_trunks(paths: BoxPaths, configuration: Configuration) -> None:
    """Replace the trunk rows by those of `configuration`, all or nothing.

    A running Kamailio takes them over with `requests.reload_trunks()`. Raises EdgeError for a host that is no
    address, a registered trunk without user or password, or a database that can't be written.
    """
    own = edge_address(configuration)
    prepared = [(trunk, _settings(trunk, own, configuration.edge.port)) for trunk in trunks_of(configuration)]
    with edge_database(paths) as connection:
        for table in ("trunk_setting", "address", "uacreg"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute(_SETTING, ("count", 1, str(len(prepared))))
        for number, (trunk, settings) in enumerate(prepared, start=1):
            _store(connection, number, trunk, settings)


def _store(connection: sqlite3.Connection, number: int, trunk: Trunk, settings: dict[str, str]) -> None:
    connection.execute(_SETTING, (str(number), 0, trunk.name))
    connection.execute(_SETTING, (f"group-{number}", 0, trunk.name))
    for key, value in settings.items():
        connection.execute(_SETTING, (f"{key}-{trunk.name}", 1 if key == "hashed" else 0, value))
    for network in trunk.addresses or (ip_network(trunk.host),):
        row = (number, str(network.network_address), network.prefixlen, _believed_port(trunk), trunk.name)
        connection.execute(_ADDRESS, row)
    if trunk.kind == "registered":
        connection.execute(_REGISTRATION, _registration(trunk, settings))


def _believed_port(trunk: Trunk) -> int:
    """A line's service is on this machine, as phones and other programs are: only its own port is believed."""
    return trunk.port if trunk.host == LOOPBACK else _ANY_PORT


def _settings(trunk: Trunk, own: str, port: int) -> dict[str, str]:
    """What contacts.cfg and trunks.cfg look up, by key; absent keys mean "not for this trunk"."""
    host = _address(trunk)
    settings = {
        "host": f"{host}:{trunk.port};transport={trunk.transport}",
        "domain": host,
        "socket": f"{trunk.transport}:{uri_host(own)}:{port}",
    }
    if trunk.caller_id:
        settings["from"] = f"sip:{trunk.caller_id}@{host}"
    if trunk.username:
        settings["user"] = trunk.username
    if trunk.kind == "registered" or (trunk.password or trunk.password_file):
        settings |= _secret(trunk)
    return settings


def _secret(trunk: Trunk) -> dict[str, str]:
    password = _password(trunk)
    if not trunk.username or not password:
        raise EdgeError(f"trunk {trunk.name} has no username or no password; set both under [[trunks]]")
    if not trunk.realm:
        return {"secret": password, "hashed": "0"}
    a1 = f"{trunk.username}:{trunk.realm}:{password}".encode()
    return {"secret": hashlib.md5(a1, usedforsecurity=False).hexdigest(), "hashed": "1", "realm": trunk.realm}


def _password(trunk: Trunk) -> str:
    if trunk.password is not None:
        return trunk.password.get_secret_value()
    if trunk.password_file is None:
        return ""
    try:
        return trunk.password_file.read_text().strip()
    except OSError as error:
        raise EdgeError(f"trunk {trunk.name}: password file {trunk.password_file} can't be read: {error}") from error


def _registration(trunk: Trunk, settings: dict[str, str]) -> dict[str, str | int]:
    hashed = settings["hashed"] == "1"
    return {
        "name": trunk.name,
        "domain": uri_host(trunk.host),
        "username": settings["user"],
        "host": uri_host(trunk.host),
        "realm": settings.get("realm", ""),
        "password": "" if hashed else settings["secret"],
        "ha1": settings["secret"] if hashed else "",
        "proxy": f"sip:{settings['host']}",
        "expires": trunk.expires_s,
        "socket": settings["socket"],
    }


def _address(trunk: Trunk) -> str:
    try:
        ip_address(trunk.host)
    except ValueError:
        raise EdgeError(
            f"trunk {trunk.name}: host {trunk.host!r} is a name; give an IP address, calls must not wait for DNS"
        ) from None
    return uri_host(trunk.host)
