"""An order is stored once, whoever sends it again, and survives the power cut after it was taken."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.cloud.errors import SignatureError
from appliance.cloud.orders import Command, CommandKind
from appliance.cloud.signing import key_id, sign
from appliance.sync.down.inbox import Inbox
from appliance.sync.state.state_thread import open_state

KEY = Ed25519PrivateKey.generate()
KEYS = {key_id(KEY.public_key()): KEY.public_key()}


def document(number: int, *, box: str = "b1", key: Ed25519PrivateKey = KEY) -> bytes:
    order = Command(box=box, number=number, issued_s=1.0, command=CommandKind.RESTART, expires_s=2.0)
    return msgspec.json.encode(sign(order, key))


def test_store_when_an_order_is_replayed_then_it_is_ignored(tmp_path: Path) -> None:
    inbox = Inbox(open_state(tmp_path / "sync.db"), box="b1", keys=KEYS)
    assert [inbox.store(document(1)), inbox.store(document(2)), inbox.store(document(1))] == [1, 2, None]
    first = inbox.next()
    assert first is not None and first.number == 1
    inbox.done(1)
    inbox.done(2)
    assert inbox.store(document(2)) is None
    assert inbox.next() is None


def test_store_when_the_process_dies_after_it_then_the_order_is_there(tmp_path: Path) -> None:
    connection = open_state(tmp_path / "sync.db")
    Inbox(connection, box="b1", keys=KEYS).store(document(7))
    again = Inbox(open_state(tmp_path / "sync.db"), box="b1", keys=KEYS)
    assert again.last() == 7
    found = again.next()
    assert found is not None and found.number == 7
    connection.close()


def test_store_when_it_is_not_for_this_box_or_of_this_console_then_refused(tmp_path: Path) -> None:
    inbox = Inbox(open_state(tmp_path / "sync.db"), box="b1", keys=KEYS)
    for bad in (document(1, box="b2"), document(1, key=Ed25519PrivateKey.generate())):
        with pytest.raises(SignatureError):
            inbox.store(bad)
    assert inbox.last() == 0


def test_next_when_the_file_was_tampered_with_then_not_believed(tmp_path: Path) -> None:
    connection = open_state(tmp_path / "sync.db")
    inbox = Inbox(connection, box="b1", keys=KEYS)
    inbox.store(document(1))
    forged = document(1, key=Ed25519PrivateKey.generate()).decode()
    connection.write("UPDATE orders SET document = ?", (forged,))
    with pytest.raises(SignatureError):
        inbox.next()


def test_last_when_the_box_is_another_one_then_it_begins_anew(tmp_path: Path) -> None:
    connection = open_state(tmp_path / "sync.db")
    Inbox(connection, box="b1", keys=KEYS).store(document(5))
    assert Inbox(connection, box="b2", keys=KEYS).last() == 0


def test_answer_when_it_is_not_told_yet_then_it_survives_and_the_order_is_not_repeated(tmp_path: Path) -> None:
    inbox = Inbox(open_state(tmp_path / "sync.db"), box="b1", keys=KEYS)
    inbox.store(document(1))
    inbox.answered(1, '{"ok": false}')
    inbox.answered(1, '{"ok": true}')
    again = Inbox(open_state(tmp_path / "sync.db"), box="b1", keys=KEYS)
    assert (again.next(), again.answers()) == (None, [(1, '{"ok": true}')])
    again.told(1)
    assert inbox.answers() == []
