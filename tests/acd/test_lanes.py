"""Lanes: sorted lists, ripeness, opening and closing."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.acd.lanes import Lanes, is_ripe, put, take
from appliance.acd.model import QueueShare
from appliance.ids import AgentId, ContactId, QueueId

SALES = QueueId("sales")
KIM = AgentId("kim")
AT_ONCE = QueueShare(queue=SALES)
LATER = QueueShare(queue=SALES, delay_s=30.0)


def key(contact: str, at: float = 0.0, priority: int = 5) -> tuple[int, float, ContactId]:
    return (priority, at, ContactId(contact))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9))))
def test_sorted_list_when_put_and_taken_at_random_then_as_a_sorted_set(steps: list[tuple[bool, int]]) -> None:
    keys: list[tuple[int, float, AgentId]] = []
    model: set[tuple[int, float, AgentId]] = set()
    for adding, number in steps:
        item = (0, float(number), AgentId("a"))
        if adding:
            model.add(item)
            assert keys[put(keys, item)] == item
        else:
            index = sorted(model).index(item) if item in model else None
            assert take(keys, item) == index
            model.discard(item)
        assert keys == sorted(model)


def test_is_ripe_when_the_sum_rounds_then_it_agrees_with_the_timer() -> None:
    enqueued_at, delay_s = 0.1, 0.2
    assert is_ripe(enqueued_at, delay_s, enqueued_at + delay_s)


def test_is_ripe_when_there_is_no_delay_then_always() -> None:
    assert is_ripe(100.0, 0.0, 50.0)
    assert not is_ripe(100.0, 1.0, 50.0)


def test_listen_when_a_lane_is_new_then_its_queue_is_named_once() -> None:
    lanes = Lanes()
    assert lanes.listen([AT_ONCE]) == [SALES]
    assert lanes.listen([AT_ONCE]) == []
    assert lanes.listen([LATER]) == [SALES]


def test_unlisten_when_the_last_listener_goes_then_the_lane_is_closed() -> None:
    lanes = Lanes()
    lanes.listen([AT_ONCE])
    lanes.listen([AT_ONCE, LATER])
    lanes.unlisten([AT_ONCE, LATER])
    assert set(lanes.of(SALES)) == {0.0}
    lanes.unlisten([AT_ONCE])
    assert not lanes.of(SALES)


def test_add_contact_when_not_ripe_for_all_then_the_next_time_is_told() -> None:
    lanes = Lanes()
    lanes.listen([AT_ONCE, LATER, QueueShare(queue=SALES, delay_s=60.0)])
    assert lanes.add_contact(SALES, None, key("c"), 0.0, 10.0) == 30.0
    assert lanes.add_contact(SALES, None, key("c"), 0.0, 30.0) == 60.0
    assert lanes.add_contact(SALES, None, key("c"), 0.0, 60.0) is None
    assert [len(lane.contacts) for lane in lanes.of(SALES).values()] == [1, 1, 1]


def test_best_agent_when_several_lanes_apply_then_the_longest_idle_of_all() -> None:
    lanes = Lanes()
    lanes.listen([AT_ONCE, LATER])
    lanes.add_agent([(0, 20.0, AgentId("quick"))], [AT_ONCE])
    lanes.add_agent([(0, 10.0, AgentId("reserve"))], [LATER])
    assert lanes.best_agent(SALES, None, 0.0, 29.0) == "quick"
    assert lanes.best_agent(SALES, None, 0.0, 30.0) == "reserve"


def test_best_contact_when_a_queue_has_precedence_then_before_contact_priority() -> None:
    lanes = Lanes()
    first, second = QueueShare(queue=SALES, priority=1), QueueShare(queue=QueueId("help"), priority=2)
    lanes.listen([first, second])
    lanes.add_contact(QueueId("help"), None, key("urgent", priority=1), 0.0, 0.0)
    assert lanes.best_contact(KIM, [first, second]) == "urgent"
    lanes.add_contact(SALES, None, key("plain"), 0.0, 0.0)
    assert lanes.best_contact(KIM, [first, second]) == "plain"
