"""Agents at phones, at others and at none; wrap-up limits of their own and longer ones."""

from __future__ import annotations

from appliance.acd.commands import AgentStateChanged, Withdraw, WrapUpEnded, WrapUpProlonged
from appliance.acd.events import AgentSeated, AgentStateRestored, WrapUpExtended
from appliance.ids import AgentId, ContactId, Extension, QueueId

ANN = AgentId("ann")


def seat(desk, extension: str | None):
    return desk.tell(AgentSeated(agent=ANN, extension=None if extension is None else Extension(extension)))


def extension_of(desk) -> str | None:
    return desk.acd.agent_snapshot(ANN).extension


def test_seat_when_nowhere_then_no_offer_until_logged_in(desk, read) -> None:
    desk.agent("ann", "sales", status="Available", extension=None)
    desk.arrive("c1")
    assert (extension_of(desk), desk.activity("ann")) == (None, "idle")
    commands = seat(desk, "150")
    assert read.offers(commands) == [("c1/1", "ann")]
    assert next(c for c in commands if isinstance(c, AgentStateChanged)).extension == "150"


def test_seat_when_the_agent_moves_while_ringing_then_the_old_phone_falls_silent_first(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    commands = seat(desk, "150")
    assert read.of(Withdraw, commands)
    assert read.offers(commands) == []
    assert read.offers(desk.miss("c1/1", "withdrawn")) == [("c1/2", "ann")]
    assert extension_of(desk) == "150"


def test_seat_when_logged_out_on_a_contact_then_it_goes_on_and_no_other_comes(desk, read) -> None:
    desk.agent("ann", "sales", status="Available")
    desk.arrive("c1")
    desk.answer("c1/1")
    assert desk.activity("ann") == "on_contact"
    seat(desk, None)
    assert desk.activity("ann") == "on_contact"
    desk.release("ann", "c1")
    assert read.offers(desk.arrive("c2")) == []
    assert desk.acd.queue_snapshot(QueueId("sales"), 0.0).agents_available == 0


def test_seat_when_the_own_phone_changes_then_who_sits_there_moves_and_who_sits_elsewhere_does_not(desk) -> None:
    desk.agent("ann", "sales", extension=Extension("101"))
    desk.agent("ann", "sales", extension=Extension("102"))
    assert extension_of(desk) == "102"
    seat(desk, "150")
    desk.agent("ann", "sales", extension=Extension("103"))
    assert extension_of(desk) == "150"
    seat(desk, None)
    desk.agent("ann", "sales", extension=Extension("104"))
    assert extension_of(desk) is None


def restored(**fields: object) -> AgentStateRestored:
    known = {"status": "Available", "activity": "idle", "since": 0.0, "idle_since": 0.0}
    return AgentStateRestored(agent=ANN, **(known | fields))


def test_seat_when_restored_then_as_it_was_and_of_old_stores_the_own_phone(desk, read) -> None:
    desk.agent("ann", "sales")
    desk.tell(restored())
    assert extension_of(desk) == "13"
    desk.tell(restored(extension=Extension("150")))
    assert extension_of(desk) == "150"
    desk.tell(restored(extension=None))
    assert extension_of(desk) is None
    assert read.offers(desk.arrive("c1")) == []


def in_wrap_up(desk, **plan: object) -> None:
    desk.agent("ann", "sales", status="Available", **plan)
    desk.arrive("c1")
    desk.answer("c1/1")
    desk.at(10).release("ann", "c1", wrap_up=True)


def test_wrap_up_when_the_agent_has_a_limit_then_it_counts_instead_of_the_queues(desk) -> None:
    in_wrap_up(desk, wrap_up_s=90.0)
    assert desk.acd.next_timer() == 100.0


def test_wrap_up_when_the_agent_has_no_limit_then_until_it_is_closed(desk) -> None:
    in_wrap_up(desk, wrap_up_s=0.0)
    assert desk.acd.next_timer() is None
    assert desk.acd.agent_snapshot(ANN).wrap_up_until is None


def test_wrap_up_when_extended_then_the_limit_moves_and_is_told(desk, read) -> None:
    in_wrap_up(desk)
    commands = desk.at(35).tell(WrapUpExtended(agent=ANN, seconds=60.0))
    assert read.of(WrapUpProlonged, commands) == [WrapUpProlonged(agent=ANN, contact=ContactId("c1"), seconds=60.0)]
    assert next(c for c in commands if isinstance(c, AgentStateChanged)).wrap_up_until == 100.0
    assert desk.acd.agent_snapshot(ANN).wrap_up_until == 100.0
    assert not read.of(WrapUpEnded, desk.wait_until(99.0))
    assert read.of(WrapUpEnded, desk.wait_until(100.0))


def test_wrap_up_when_there_is_nothing_to_extend_then_nothing_happens(desk) -> None:
    desk.agent("ann", "sales", status="Available")
    assert desk.tell(WrapUpExtended(agent=ANN, seconds=60.0)) == []
    in_wrap_up(desk, wrap_up_s=0.0)
    assert desk.tell(WrapUpExtended(agent=ANN, seconds=60.0)) == []


def test_wrap_up_when_extended_by_nothing_or_less_then_nothing_happens(desk) -> None:
    in_wrap_up(desk)
    assert desk.tell(WrapUpExtended(agent=ANN, seconds=0.0)) == []
    assert desk.tell(WrapUpExtended(agent=ANN, seconds=-5.0)) == []


def test_wrap_up_when_restored_after_an_extension_then_the_moved_limit_counts(desk) -> None:
    desk.at(50).agent("ann", "sales")
    desk.tell(
        restored(
            activity="after_contact_work",
            contact=ContactId("c1"),
            queue=QueueId("sales"),
            since=40.0,
            wrap_up_until=130.0,
        )
    )
    assert desk.acd.next_timer() == 130.0
