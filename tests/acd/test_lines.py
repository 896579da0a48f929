"""The order of a queue and what its contacts are told of it."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.acd.lines import Line, Place
from appliance.acd.model import QueuePlan
from appliance.ids import ContactId, QueueId


def line_of(*contacts: str) -> tuple[Line, dict[str, Place]]:
    line = Line(QueuePlan(queue=QueueId("sales")), is_open=True)
    places = {}
    for at, contact in enumerate(contacts):
        place = places[contact] = Place(ContactId(contact), QueueId("sales"), float(at), 0)
        place.rank(5, 0)
        line.insert(place.key)
    return line, places


def test_insert_when_in_front_then_only_those_behind_are_told() -> None:
    line, _ = line_of("a", "b", "c")
    told = line.insert((5, 0.5, ContactId("x")))
    assert [(tell.contact, tell.position) for tell in told] == [("b", 3), ("c", 4)]


def test_remove_when_last_then_nobody_is_told() -> None:
    line, places = line_of("a", "b")
    assert line.remove(places["b"].key) == []
    assert line.remove(places["b"].key) == []


def test_rank_when_time_is_added_then_as_if_it_had_come_earlier() -> None:
    line, places = line_of("a", "b", "c")
    old = places["c"].key
    places["c"].rank(5, 2)
    told = line.reorder(old, places["c"].key)
    assert [key[2] for key in line.keys] == ["a", "c", "b"]
    assert [(tell.contact, tell.position) for tell in told] == [("b", 3)]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3), st.integers(-2, 2)), max_size=20))
def test_line_when_reordered_at_random_then_whoever_moved_was_told(moves: list[tuple[int, int, int]]) -> None:
    line, places = line_of("a", "b", "c", "d", "e")
    known = {key[2]: position for position, key in enumerate(line.keys, 1)}
    for number, priority, adjustment in moves:
        place = places["abcde"[number]]
        old = place.key
        place.rank(priority, adjustment)
        told = {tell.contact: tell.position for tell in line.reorder(old, place.key)}
        now = {key[2]: position for position, key in enumerate(line.keys, 1)}
        assert told == {c: p for c, p in now.items() if p != known[c] and c != place.contact}
        assert line.keys == sorted(line.keys)
        known = now
