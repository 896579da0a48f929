"""edge.db and the dialogs' database, made from the scripts that Kamailio ships."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from appliance.config.paths import BoxPaths
from appliance.edge import database
from appliance.edge.database import create_databases, dialog_database, edge_database, location_database
from appliance.edge.subscribers import add_subscriber, list_subscribers, remove_subscriber
from appliance.errors import EdgeError
from appliance.ids import Extension


@pytest.fixture
def paths(tmp_path: Path) -> BoxPaths:
    made = BoxPaths(data=tmp_path / "data", run=tmp_path / "run")
    made.make()
    create_databases(made)
    return made


def test_create_databases_when_new_then_private_and_write_ahead_where_kamailio_writes(paths: BoxPaths) -> None:
    modes = {paths.edge_db: "delete", location_database(paths): "wal", dialog_database(paths): "wal"}
    for path, mode in modes.items():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)


def test_create_databases_when_there_then_rows_stay(paths: BoxPaths) -> None:
    add_subscriber(paths, domain="linekeeper", extension=Extension("100"), password="x")
    create_databases(paths)
    assert list_subscribers(paths) == ("100",)


def test_create_databases_when_schemas_are_missing_then_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = BoxPaths(data=tmp_path / "data", run=tmp_path / "run")
    paths.make()
    monkeypatch.setattr(database, "SCHEMA_FOLDER", tmp_path / "nowhere")
    with pytest.raises(EdgeError, match="install kamailio-sqlite-modules"):
        create_databases(paths)
    assert not paths.edge_db.exists()


def test_create_databases_when_folder_is_missing_then_edge_error(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="can't create"):
        create_databases(BoxPaths(data=tmp_path / "no", run=tmp_path / "no"))


def test_edge_database_when_missing_then_edge_error(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="is missing"), edge_database(BoxPaths(data=tmp_path, run=tmp_path)):
        pass


def test_edge_database_when_it_is_none_then_edge_error(paths: BoxPaths) -> None:
    paths.edge_db.write_bytes(b"this is no database, though it is long enough to look like one")
    with pytest.raises(EdgeError, match=r"edge\.db"):
        list_subscribers(paths)


def test_edge_database_when_body_raises_then_rolled_back(paths: BoxPaths) -> None:
    with pytest.raises(ZeroDivisionError), edge_database(paths) as connection:
        connection.execute("INSERT INTO subscriber (username) VALUES ('1')")
        raise ZeroDivisionError
    assert list_subscribers(paths) == ()


def test_add_subscriber_when_stored_then_only_hashes(paths: BoxPaths) -> None:
    add_subscriber(paths, domain="linekeeper", extension=Extension("100"), password="pässword")

    with edge_database(paths) as connection:
        (row,) = connection.execute("SELECT username, password, ha1, ha1_sha256 FROM subscriber").fetchall()
    a1 = "100:linekeeper:pässword".encode()
    assert row == ("100", "", hashlib.md5(a1).hexdigest(), hashlib.sha256(a1).hexdigest())
    assert "pässword".encode() not in paths.edge_db.read_bytes()


def test_add_subscriber_when_there_then_password_is_replaced(paths: BoxPaths) -> None:
    for password in ("one", "two"):
        add_subscriber(paths, domain="linekeeper", extension=Extension("100"), password=password)

    with edge_database(paths) as connection:
        rows = connection.execute("SELECT ha1 FROM subscriber").fetchall()
    assert rows == [(hashlib.md5(b"100:linekeeper:two").hexdigest(),)]


def test_list_subscribers_when_lengths_differ_then_in_order_of_numbers(paths: BoxPaths) -> None:
    for extension in ("1000", "9", "10"):
        add_subscriber(paths, domain="linekeeper", extension=Extension(extension), password="x")
    assert list_subscribers(paths) == ("9", "10", "1000")


def test_remove_subscriber_when_unknown_then_false(paths: BoxPaths) -> None:
    add_subscriber(paths, domain="linekeeper", extension=Extension("100"), password="x")
    assert remove_subscriber(paths, Extension("100"))
    assert not remove_subscriber(paths, Extension("100"))


@pytest.mark.parametrize("extension", ["", "alice", "1 OR 1=1", "1" * 33, "٣"])
def test_add_subscriber_when_extension_is_no_number_then_refused(paths: BoxPaths, extension: str) -> None:
    with pytest.raises(EdgeError, match="choose 1 to 32 digits"):
        add_subscriber(paths, domain="linekeeper", extension=Extension(extension), password="x")


def test_add_subscriber_when_password_is_empty_then_refused(paths: BoxPaths) -> None:
    with pytest.raises(EdgeError, match="empty password"):
        add_subscriber(paths, domain="linekeeper", extension=Extension("100"), password="")
