"""Trunks of the configuration as rows of edge.db."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from appliance.config.paths import BoxPaths
from appliance.config.schema import Configuration
from appliance.edge.database import create_databases, edge_database
from appliance.edge.trunks import store_trunks
from appliance.errors import EdgeError

STATIC = {"name": "north", "kind": "static", "host": "192.0.2.5", "caller_id": "+8225550100"}
REGISTERED = {"name": "office", "kind": "registered", "host": "192.0.2.9", "username": "u7", "password": "pw"}


@pytest.fixture
def paths(tmp_path: Path) -> BoxPaths:
    made = BoxPaths(data=tmp_path / "data", run=tmp_path / "run")
    made.make()
    create_databases(made)
    return made


def store(paths: BoxPaths, *trunks: dict[str, object]) -> None:
    document = {"edge": {"address": "192.0.2.1", "port": 5062}, "trunks": trunks}
    store_trunks(paths, Configuration.model_validate(document))


def settings(paths: BoxPaths) -> dict[str, str]:
    with edge_database(paths) as connection:
        return dict(connection.execute("SELECT key_name, key_value FROM trunk_setting").fetchall())


def rows(paths: BoxPaths, query: str) -> list[tuple[object, ...]]:
    with edge_database(paths) as connection:
        return connection.execute(query).fetchall()


def test_store_trunks_when_static_then_addresses_order_and_caller_id(paths: BoxPaths) -> None:
    store(paths, STATIC, {"name": "south", "kind": "static", "host": "2001:db8::5", "transport": "tcp"})

    assert settings(paths) == {
        "count": "2",
        "1": "north",
        "group-1": "north",
        "host-north": "192.0.2.5:5060;transport=udp",
        "domain-north": "192.0.2.5",
        "socket-north": "udp:192.0.2.1:5062",
        "from-north": "sip:+8225550100@192.0.2.5",
        "2": "south",
        "group-2": "south",
        "host-south": "[2001:db8::5]:5060;transport=tcp",
        "domain-south": "[2001:db8::5]",
        "socket-south": "tcp:192.0.2.1:5062",
    }
    assert rows(paths, "SELECT grp, ip_addr, mask, tag FROM address ORDER BY grp") == [
        (1, "192.0.2.5", 32, "north"),
        (2, "2001:db8::5", 128, "south"),
    ]


def test_store_trunks_when_addresses_are_given_then_only_those_are_believed(paths: BoxPaths) -> None:
    store(paths, STATIC | {"addresses": ["198.51.100.0/24", "203.0.113.7"]})

    assert rows(paths, "SELECT ip_addr, mask FROM address ORDER BY ip_addr") == [
        ("198.51.100.0", 24),
        ("203.0.113.7", 32),
    ]


def test_store_trunks_when_registered_then_registration_with_password(paths: BoxPaths) -> None:
    store(paths, REGISTERED)

    query = "SELECT l_uuid, r_username, r_domain, realm, auth_password, auth_ha1, auth_proxy, expires FROM uacreg"
    proxy = "sip:192.0.2.9:5060;transport=udp"
    assert rows(paths, query) == [("office", "u7", "192.0.2.9", "", "pw", "", proxy, 600)]


def test_store_trunks_when_realm_is_known_then_only_the_hash_is_stored(paths: BoxPaths) -> None:
    store(paths, REGISTERED | {"realm": "provider"})

    ha1 = hashlib.md5(b"u7:provider:pw").hexdigest()
    assert rows(paths, "SELECT realm, auth_password, auth_ha1 FROM uacreg") == [("provider", "", ha1)]
    assert settings(paths)["secret-office"] == ha1
    assert settings(paths)["hashed-office"] == "1"


def test_store_trunks_when_password_is_in_a_file_then_read_without_the_line_end(
    paths: BoxPaths, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("from-file\n")
    store(paths, REGISTERED | {"password": None, "password_file": tmp_path / "secret"})

    assert settings(paths)["secret-office"] == "from-file"


def test_store_trunks_when_called_again_then_old_ones_are_gone(paths: BoxPaths) -> None:
    store(paths, STATIC, REGISTERED)
    store(paths)

    assert settings(paths) == {"count": "0"}
    assert rows(paths, "SELECT id FROM address UNION SELECT id FROM uacreg") == []


@pytest.mark.parametrize(
    ("trunk", "fault"),
    [
        (STATIC | {"host": "sip.provider.example"}, "trunk north: host 'sip.provider.example' is a name"),
        (REGISTERED | {"username": None}, "trunk office has no username or no password"),
        (REGISTERED | {"password": None}, "trunk office has no username or no password"),
        (REGISTERED | {"password": None, "password_file": "/nowhere/x"}, "password file /nowhere/x can't be read"),
    ],
)
def test_store_trunks_when_unusable_then_edge_error_and_old_ones_stay(
    paths: BoxPaths, trunk: dict[str, object], fault: str
) -> None:
    store(paths, STATIC)
    with pytest.raises(EdgeError, match=fault):
        store(paths, trunk)
    assert settings(paths)["1"] == "north"


def test_store_trunks_when_a_line_is_a_trunk_then_only_its_service_is_believed(paths: BoxPaths) -> None:
    line = {"name": "front", "kind": "modem", "number": "+8225550100", "sip_port": 16905}
    gateway = {"name": "back", "kind": "sipfxo", "number": "+8225550101", "host": "192.0.2.13"}
    document = {"edge": {"address": "192.0.2.1"}, "lines": [line, gateway]}
    store_trunks(paths, Configuration.model_validate(document))

    assert rows(paths, "SELECT ip_addr, mask, port, tag FROM address ORDER BY grp") == [
        ("127.0.0.1", 32, 16905, "front"),
        ("192.0.2.13", 32, 0, "back"),
    ]
    assert settings(paths)["host-front"] == "127.0.0.1:16905;transport=udp"
