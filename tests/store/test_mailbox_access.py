"""Numbers and PINs of mailboxes in the store."""

from __future__ import annotations

import pytest

from appliance.store.mailbox_access import MailboxAccess
from appliance.store.mailboxes import Mailbox, OwnerKind
from appliance.store.store import Store


@pytest.fixture
def store() -> Store:
    return Store.in_memory()


def test_mailbox_when_it_has_a_number_then_it_is_found_by_it(store: Store) -> None:
    with store:
        store.mailboxes.put(Mailbox(mailbox="sales", kind=OwnerKind.QUEUE, owner="sales", number="801"))
        found = store.mailbox_access.by_number("801")
        assert found == MailboxAccess(mailbox="sales")
        assert store.mailbox_access.by_number("802") is None
        assert store.mailbox_access.by_number("") is None


def test_mailbox_when_its_name_is_a_number_then_it_is_found_by_it_once_it_has_a_pin(store: Store) -> None:
    with store:
        store.mailboxes.put(Mailbox(mailbox="150", kind=OwnerKind.EXTENSION, owner="150"))
        assert store.mailbox_access.by_number("150") is None
        store.mailbox_access.put(MailboxAccess(mailbox="150", pin_hash="scrypt$x"))
        assert store.mailbox_access.by_number("150") == MailboxAccess(mailbox="150", pin_hash="scrypt$x")
        assert store.mailbox_access.with_pin() == {"150"}
        store.mailbox_access.remove("150")
        assert store.mailbox_access.by_number("150") is None


def test_mailbox_access_when_shown_or_sent_then_holds_no_hash(store: Store) -> None:
    with store:
        access = MailboxAccess(mailbox="sales", pin_hash="scrypt$secret", wrong=2, locked_until=7.0)
        store.mailbox_access.put(access)
        assert store.mailbox_access.of("sales") == access
        assert "secret" not in repr(access)
        assert all("secret" not in str(row) for row in store.outbox.pending(limit=1000))
