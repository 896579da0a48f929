"""The file: one writer, readers beside it, versions, damage, and SIGKILL in the middle of writing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from appliance import events as ev
from appliance.errors import StoreError
from appliance.ids import ContactId
from appliance.store import Store, StoreFullError, StoreLockedError, StoreVersionError
from appliance.store.connection import SCHEMA, Connection

WRITER = """
import itertools, sys
from pathlib import Path
from appliance import events as ev
from appliance.stamps import Stamp
from appliance.store import Store

store = Store.open(Path(sys.argv[1]))
for batch in itertools.count():
    first = batch * 3 + 1
    store.events.append([
        ev.ContactEvent(contact="c", writer=ev.Writer.CONTACT, seq=seq,
                        at=Stamp(boot="b", mono_s=float(seq), wall_s=0.0, synced=False),
                        body=ev.AttributesUpdated(attributes={"n": "x" * 200}))
        for seq in range(first, first + 3)
    ])
    print(first + 2, flush=True)
"""


def test_open_when_writer_exists_then_error_names_its_pid(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with Store.open(path):
        with pytest.raises(StoreLockedError, match=f"written by process {os.getpid()}; stop it first") as caught:
            Store.open(path)
        assert caught.value.holder == os.getpid()
    Store.open(path).close()


def test_close_when_called_twice_then_nothing_happens(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "store.db")
    store.close()
    store.close()


def test_open_when_made_then_durable_and_sound(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.db") as store:
        assert store._connection.value("PRAGMA journal_mode") == "wal"
        assert store._connection.value("PRAGMA synchronous") == 2
        assert store._connection.value("PRAGMA foreign_keys") == 1
        assert store.faults() == []


def test_read_only_when_writer_writes_then_reader_sees_it_and_cannot_write(
    tmp_path: Path, event: Any, initiated: Any, stamp: Any
) -> None:
    path = tmp_path / "a #?%41.db"
    with Store.open(path) as writer, Store.open_read_only(path) as reader:
        writer.events.append([event(1, initiated)])
        assert reader.contacts.get(ContactId("contact-1")) is not None
        with pytest.raises(StoreError, match="readonly"):
            reader.counters.add("x", stamp(1.0))
        with pytest.raises(RuntimeError), writer.transaction():
            writer.counters.add("x", stamp(1.0))
            assert reader.counters.total("x") == 0
            raise RuntimeError
    assert path.exists()


def test_read_only_when_no_file_then_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no store at .*; start the box once"):
        Store.open_read_only(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_open_when_made_by_newer_program_then_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(path).close()
    db = Database(path)
    db.table("_sqlite_migrations").insert({"migration_set": "linekeeper", "name": "9999_future", "applied_at": ""})
    db.execute("PRAGMA user_version = 9999")
    db.close()
    for opening in (Store.open, Store.open_read_only):
        with pytest.raises(StoreVersionError, match=r"newer program \(9999_future\)"):
            opening(path)
    db = Database(path)
    db.table("_sqlite_migrations").delete_where("name = ?", ["9999_future"])
    db.close()
    Store.open(path).close()


def test_read_only_when_not_migrated_then_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    db = Database(path)
    db.table("other").insert({"a": 1})
    db.close()
    with pytest.raises(StoreVersionError, match="must be brought up to date"):
        Store.open_read_only(path)


def test_open_when_file_is_no_database_then_error_says_damaged(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database at all, " * 100)
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path)


def test_append_when_disk_is_full_then_store_full_and_earlier_rows_stay(
    tmp_path: Path, event: Any, initiated: Any
) -> None:
    with Store.open(tmp_path / "store.db") as store:
        store.events.append([event(1, initiated)])
        pages = store._connection.value("PRAGMA page_count")
        store._connection.value(f"PRAGMA max_page_count = {pages + 1}")
        long = ev.MediaFailed(detail="x" * 100_000)
        with pytest.raises(StoreFullError, match="the disk is full"):
            store.events.append([event(2, long)])
        assert store.events.count() == 1
        store._connection.value("PRAGMA max_page_count = 1000000")
        assert store.events.append([event(2, long)]) == 1


def test_migration_when_it_fails_then_nothing_of_it_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from appliance.store import migrations

    def broken(db: Database) -> None:
        db.execute("CREATE TABLE half (a) ")
        db.execute("CREATE TABLE contacts (a)")

    step = migrations.STEPS._Migration("9000_broken", broken)
    monkeypatch.setattr(migrations.STEPS, "_migrations", [*migrations.STEPS._migrations, step])
    with pytest.raises(StoreError, match="contacts already exists"):
        Connection.memory()
    path = tmp_path / "store.db"
    with pytest.raises(StoreError):
        Store.open(path)
    monkeypatch.undo()
    with Store.open(path) as store:
        assert store._connection.value("SELECT count(*) FROM sqlite_master WHERE name = 'half'") == 0


def test_schema_when_steps_are_added_then_they_are_counted(tmp_path: Path) -> None:
    from appliance.store import migrations

    assert len(migrations.names()) == SCHEMA, "count the new step in connection.SCHEMA"
    path = tmp_path / "store.db"
    Store.open(path).close()
    db = Database(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA
    db.execute("PRAGMA user_version = 0")  # of a program that did not count yet, or that was killed before it could
    db.close()
    Store.open_read_only(path).close()
    Store.open(path).close()


def test_store_when_up_to_date_then_the_tool_for_migrations_is_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Store.open(path).close()
    program = """
import sys
from pathlib import Path
from appliance.store import Store
for opening in (Store.open, Store.open_read_only):
    opening(Path(sys.argv[1])).close()
assert "sqlite_utils" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=60)


def test_transaction_when_an_inner_block_fails_then_only_that_is_undone() -> None:
    with Store.in_memory() as store, store.transaction():
        store.outbox.add("a", {})
        with store.transaction():
            store.outbox.add("b", {})
        with pytest.raises(RuntimeError), store.transaction():
            store.outbox.add("c", {})
            with store.transaction():
                store.outbox.add("d", {})
            raise RuntimeError
        store.outbox.add("e", {})
        assert [row.kind for row in store.outbox.pending()] == ["a", "b", "e"]


def test_append_when_process_is_killed_then_everything_acknowledged_is_there(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    for acknowledgements in (1, 40):
        acknowledged = _write_until_killed(path, acknowledgements)
        with Store.open(path) as store:
            stored = store.events.of_contact(ContactId("c"))
            assert store.faults() == []
            assert len(stored) >= acknowledged
            assert len(stored) % 3 == 0
            assert [event.seq for event in stored] == list(range(1, len(stored) + 1))
            assert [row.seq for row in store.outbox.pending(limit=10_000)] == [event.seq for event in stored]
        path.unlink()


def _write_until_killed(path: Path, acknowledgements: int) -> int:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(acknowledgements):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().split()
        process.wait(timeout=10)
    return int(rest[-1]) if rest else acknowledgements * 3
