"""Statuses, log-in numbers, dispositions: what the store keeps of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from appliance.acd.model import AgentPlan, QueuePlan
from appliance.ids import AgentId, Extension, QueueId
from appliance.store.agent_access import AgentAccess
from appliance.store.agent_statuses import AgentStatus, StatusType
from appliance.store.agents import StoredAgent
from appliance.store.dispositions import Disposition
from appliance.store.extensions import StoredExtension
from appliance.store.failures import UnknownReferenceError
from appliance.store.queues import StoredQueue
from appliance.store.store import Store

SALES = QueueId("sales")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory() as opened:
        for number, name in (("101", "ann"), ("1001", "bob")):
            opened.extensions.put(StoredExtension(extension=Extension(number)))
            opened.agents.put(StoredAgent(plan=AgentPlan(agent=AgentId(name), extension=Extension(number))))
        opened.queues.put(StoredQueue(plan=QueuePlan(queue=SALES)))
        yield opened


def names(store: Store) -> list[str]:
    return [status.name for status in store.agent_statuses.all()]


def test_statuses_when_the_store_is_new_then_are_the_usual_ones(store: Store) -> None:
    assert names(store) == ["Available", "Offline", "Break", "Lunch"]
    assert [status.type for status in store.agent_statuses.all()][:2] == [StatusType.ROUTABLE, StatusType.OFFLINE]


def test_status_when_added_changed_and_removed_then_stands_in_its_place(store: Store) -> None:
    store.agent_statuses.put(AgentStatus(name="Training", display_order=9))
    store.agent_statuses.put(AgentStatus(name="Training", display_order=20, description="x", enabled=False))
    assert store.agent_statuses.get("Training") == AgentStatus(
        name="Training", display_order=20, description="x", enabled=False
    )
    assert store.agent_statuses.remove("Training")
    assert not store.agent_statuses.remove("Training")
    assert names(store) == ["Available", "Offline", "Break", "Lunch"]


@pytest.mark.parametrize(
    "status",
    [
        AgentStatus(name="Training", display_order=1),
        AgentStatus(name="Available", display_order=1, type=StatusType.ROUTABLE, enabled=False),
        AgentStatus(name="Available", display_order=1),
        AgentStatus(name="Training", display_order=9, type=StatusType.ROUTABLE),
    ],
)
def test_status_when_it_would_take_a_number_or_a_fixed_status_then_is_refused(
    store: Store, status: AgentStatus
) -> None:
    with pytest.raises(UnknownReferenceError):
        store.agent_statuses.put(status)


@pytest.mark.parametrize("name", ["Available", "Offline"])
def test_status_when_every_agent_needs_it_then_is_not_removed(store: Store, name: str) -> None:
    with pytest.raises(UnknownReferenceError, match="can't be removed"):
        store.agent_statuses.remove(name)


def test_login_when_asked_for_then_is_a_free_number_for_ever(store: Store) -> None:
    ann, bob = store.agent_access.of(AgentId("ann")), store.agent_access.of(AgentId("bob"))
    assert (ann.login, bob.login) == ("1002", "1003")  # 1001 is a phone
    assert store.agent_access.of(AgentId("ann")) == ann
    assert store.agent_access.logins() == {"1002": "ann", "1003": "bob"}


def test_agent_when_looked_for_then_found_by_login_and_by_own_phone(store: Store) -> None:
    login = store.agent_access.of(AgentId("bob")).login
    for number in (login, "1001"):
        found = store.agent_access.by_number(number)
        assert found is not None
        assert found.agent == "bob"
    assert store.agent_access.by_number("999999") is None


def test_access_when_shown_or_sent_then_holds_no_hash(store: Store) -> None:
    access = AgentAccess(agent=AgentId("ann"), login="7", pin_hash="scrypt$secret")
    store.agent_access.put(access)
    assert "secret" not in repr(access)
    assert all("secret" not in str(row) for row in store.outbox.pending(limit=1000))


def test_agent_when_removed_then_the_login_is_free_again(store: Store) -> None:
    login = store.agent_access.of(AgentId("ann")).login
    store.agents.remove(AgentId("ann"))
    assert store.agent_access.by_number(login) is None


def test_disposition_when_a_queue_has_its_own_then_that_counts_there(store: Store) -> None:
    for one in (
        Disposition(code="1", name="Done"),
        Disposition(code="10", name="Later"),
        Disposition(code="1", name="Sold", queue=SALES),
    ):
        store.dispositions.put(one)
    assert [(one.code, one.name) for one in store.dispositions.of(SALES)] == [("1", "Sold"), ("10", "Later")]
    assert [one.name for one in store.dispositions.of(None)] == ["Done", "Later"]
    found = store.dispositions.find("1", SALES)
    assert found is not None
    assert found.name == "Sold"
    assert store.dispositions.find("2", SALES) is None
    assert store.dispositions.remove("1", SALES)
    assert not store.dispositions.remove("1", SALES)
    assert [one.name for one in store.dispositions.all()] == ["Done", "Later"]
