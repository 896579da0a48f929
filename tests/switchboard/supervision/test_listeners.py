"""The tree of supervisors: where the next one is joined, and how each is heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.protocol import MonitorMode
from appliance.ids import AgentId, ContactId
from appliance.switchboard.supervision.listeners import FAN_OUT, Listener, Listeners

ROOT = ContactId("root")
LISTEN, WHISPER, BARGE = MonitorMode.LISTEN, MonitorMode.WHISPER, MonitorMode.BARGE


def listener(number: int, host: str, mode: MonitorMode = LISTEN, *, present: bool = True) -> Listener:
    return Listener(
        supervisor=AgentId(f"s{number}"),
        monitor=ContactId(f"m{number}"),
        host=ContactId(host),
        mode=mode,
        present=present,
    )


def grown(count: int) -> list[Listener]:
    """As many as could be joined, each where the tree said."""
    tree: list[Listener] = []
    for number in range(count):
        at_root = sum(found.host == ROOT for found in tree)
        host = Listeners(ROOT, tree).place(2 + at_root)
        assert host is not None
        tree.append(listener(number, host))
    return tree


def test_place_when_nobody_listens_then_at_the_conversation_itself() -> None:
    assert Listeners(ROOT, []).place(2) == ROOT
    assert Listeners(ROOT, []).place(3) == ROOT


def test_place_when_all_four_legs_are_taken_then_nowhere() -> None:
    assert Listeners(ROOT, []).place(4) is None


def test_place_when_one_listens_then_the_conversation_keeps_a_leg_for_a_consult() -> None:
    assert Listeners(ROOT, [listener(0, ROOT)]).place(3) == "m0"


def test_place_when_a_supervisor_left_then_the_bridge_has_room_for_one_more() -> None:
    below = [listener(1, "m0"), listener(2, "m0")]
    assert Listeners(ROOT, [listener(0, ROOT), *below]).place(3) == "m1"
    assert Listeners(ROOT, [listener(0, ROOT, present=False), *below]).place(3) == "m0"


@given(count=st.integers(1, 40))
def test_tree_when_any_number_listens_then_no_process_has_more_than_four_legs(count: int) -> None:
    tree = grown(count)
    hosts = [found.host for found in tree]
    assert hosts.count(ROOT) == 1
    assert all(hosts.count(found.monitor) <= FAN_OUT for found in tree)
    assert all(Listeners(ROOT, tree).joints(found)[-1].host == ROOT for found in tree)


@pytest.mark.parametrize(
    ("modes", "heard"),
    [((LISTEN, LISTEN), LISTEN), ((LISTEN, WHISPER), WHISPER), ((BARGE, WHISPER), BARGE), ((LISTEN, BARGE), BARGE)],
)
def test_strongest_when_several_share_a_joint_then_it_is_heard_as_the_loudest(
    modes: tuple[MonitorMode, MonitorMode], heard: MonitorMode
) -> None:
    first = listener(0, ROOT, modes[0])
    assert Listeners(ROOT, [first, listener(1, "m0", modes[1])]).strongest(first) is heard


def test_strongest_when_the_supervisor_has_left_then_its_mode_counts_no_longer() -> None:
    first = listener(0, ROOT, BARGE, present=False)
    assert Listeners(ROOT, [first, listener(1, "m0")]).strongest(first) is LISTEN


@pytest.mark.parametrize(
    ("first", "second", "overheard"),
    [(WHISPER, BARGE, "s0"), (BARGE, WHISPER, "s1"), (WHISPER, WHISPER, None), (LISTEN, WHISPER, None)],
)
def test_overheard_when_one_whispers_and_one_barges_on_the_same_line_then_it_is_told(
    first: MonitorMode, second: MonitorMode, overheard: str | None
) -> None:
    found = Listeners(ROOT, [listener(0, ROOT, first), listener(1, "m0", second)]).overheard()
    assert (None if found is None else found.supervisor) == overheard
