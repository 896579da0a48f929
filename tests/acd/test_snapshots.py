"""What is shown of queues and agents."""

from appliance.acd.events import AgentEngaged
from appliance.acd.model import Activity
from appliance.acd.snapshots import QueueSnapshot
from appliance.ids import AgentId, ContactId, Extension, QueueId

SALES = QueueId("sales")


def test_queue_snapshot_when_nothing_is_there_then_all_zero(desk) -> None:
    snapshot = desk.acd.queue_snapshot(SALES, 5.0)
    assert snapshot == QueueSnapshot(
        queue=SALES,
        contacts_in_queue=0,
        contacts_offered=0,
        contacts_scheduled=0,
        oldest_age_s=0.0,
        positions={},
        agents_online=0,
        agents_staffed=0,
        agents_available=0,
        agents_ringing=0,
        agents_on_contact=0,
        agents_after_contact_work=0,
        agents_missed=0,
        agents_error=0,
        agents_non_productive=0,
    )


def test_queue_snapshot_when_one_is_being_offered_then_out_of_the_count_but_in_its_place(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.at(10).arrive("c2")
    desk.at(15).arrive("c3")
    snapshot = desk.acd.queue_snapshot(SALES, 40.0)
    assert (snapshot.contacts_in_queue, snapshot.contacts_offered, snapshot.oldest_age_s) == (2, 1, 30.0)
    assert snapshot.positions == {"c1": 1, "c2": 2, "c3": 3}
    assert desk.waiting() == ("c1", "c2", "c3")


def test_queue_snapshot_when_the_oldest_is_not_first_then_its_age_counts(desk) -> None:
    desk.arrive("c1")
    desk.at(10).arrive("urgent", priority=1)
    assert desk.acd.queue_snapshot(SALES, 30.0).oldest_age_s == 30.0


def test_queue_snapshot_when_agents_do_all_sorts_of_things_then_counted_by_rule(desk) -> None:
    desk.queue("sales", wrap_up_s=0.0)
    for at, agent in enumerate(("misses", "works", "wraps", "rings")):
        desk.at(at).agent(agent, "sales", status="Available")
    for contact in ("c1", "c2", "c3", "c4"):
        desk.arrive(contact)
    desk.answer("c2/1")
    desk.answer("c3/1")
    desk.release("wraps", "c3", wrap_up=True)
    desk.miss("c1/1")
    desk.agent("free", "sales")
    desk.agent("lunches", "sales", status="Lunch")
    desk.agent("home", "sales")
    desk.agent("elsewhere", "help", status="Available")
    desk.status("free")
    desk.miss("c1/2", "abandoned")
    snapshot = desk.acd.queue_snapshot(SALES, 50.0)
    assert snapshot.agents_online == 6
    assert snapshot.agents_staffed == 5
    assert snapshot.agents_available == 1
    assert snapshot.agents_ringing == 1
    assert snapshot.agents_on_contact == 1
    assert snapshot.agents_after_contact_work == 1
    assert snapshot.agents_missed == 1
    assert snapshot.agents_non_productive == 1


def test_snapshots_when_unknown_then_none(desk) -> None:
    assert desk.acd.queue_snapshot(QueueId("x"), 0.0) is None
    assert desk.acd.agent_snapshot(AgentId("x")) is None
    assert desk.acd.waiting(QueueId("x")) == ()


def test_agent_snapshot_when_ringing_then_the_offer_is_shown(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.at(4).arrive("c1")
    snapshot = desk.acd.agent_snapshot(AgentId("ann"))
    assert (snapshot.activity, snapshot.contact, snapshot.offer) == (Activity.RINGING, "c1", "c1/1")
    assert (snapshot.since, snapshot.idle_since) == (4, 0)
    assert snapshot.extension == Extension("13")


def test_agent_snapshot_when_on_two_contacts_then_the_latest_is_shown(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    for contact in ("c1", "c2"):
        desk.tell(AgentEngaged(agent=AgentId("ann"), contact=ContactId(contact)))
    assert desk.acd.agent_snapshot(AgentId("ann")).contact == "c2"
    desk.release("ann", "c2")
    assert desk.acd.agent_snapshot(AgentId("ann")).contact == "c1"


def test_lists_when_asked_then_sorted(desk) -> None:
    desk.queue("help")
    desk.agent("bob")
    desk.agent("ann")
    assert desk.acd.queues() == ("help", "sales")
    assert desk.acd.agents() == ("ann", "bob")
