"""Who meets what, which step is in force, and what that does to routing."""

from __future__ import annotations

import pytest

from appliance.acd.criteria import meets, only, step_in_force
from appliance.acd.events import AgentStateRestored, ContactArrived
from appliance.acd.model import AgentPlan, Proficiency
from appliance.acd.needs import MOST_KEPT, Needs
from appliance.events.criteria import Condition, Expression, RoutingStep
from appliance.ids import AgentId, ContactId, QueueId

KO4 = Proficiency(name="language", value="ko", level=4.0)
TAX2 = Proficiency(name="skill", value="tax", level=2.0)
ANN = AgentPlan(agent=AgentId("ann"), proficiencies=(KO4, TAX2))


def asks(name: str = "language", value: str = "ko", low: float = 1.0, high: float = 5.0, **rest: object) -> Expression:
    return Expression(condition=Condition(name=name, value=value, low=low, high=high, **rest))


def step(expression: Expression, duration_s: float | None = None) -> RoutingStep:
    return RoutingStep(expression=expression, duration_s=duration_s)


NAMED = Expression(condition=Condition(agents=(AgentId("ann"), AgentId("bob"))))


@pytest.mark.parametrize(
    ("expression", "met"),
    [
        (asks(), True),
        (asks(low=4.0), True),
        (asks(low=4.5), False),
        (asks(low=1.0, high=3.9), False),
        (asks(value="en"), False),
        (asks(name="skill", value="ko"), False),
        (asks(negated=True), False),
        (asks(low=4.5, negated=True), True),
        (asks(value="en", negated=True), True),
        (NAMED, True),
        (Expression(condition=Condition(agents=(AgentId("bob"),))), False),
        (Expression(condition=Condition(agents=(AgentId("bob"),), negated=True)), True),
        (Expression(all_of=(asks(), asks("skill", "tax"))), True),
        (Expression(all_of=(asks(), asks("skill", "tax", low=3.0))), False),
        (Expression(any_of=(asks(value="en"), asks("skill", "tax"))), True),
        (Expression(any_of=(asks(value="en"), asks(value="fr"))), False),
        (Expression(all_of=(asks(), Expression(any_of=(asks(value="en"), asks("skill", "tax"))))), True),
        (Expression(), True),
    ],
)
def test_meets_when_compared_with_the_plan_then_as_expected(expression: Expression, met: bool) -> None:
    assert meets(ANN, expression) is met


def test_step_in_force_when_time_passes_then_one_after_the_other_and_at_last_anybody() -> None:
    first, second = asks(low=5.0), asks(low=3.0)
    steps = (step(first, 30.0), step(second, 10.0))
    assert step_in_force(steps, 100.0, 100.0) == (first, 130.0)
    assert step_in_force(steps, 100.0, 129.9) == (first, 130.0)
    assert step_in_force(steps, 100.0, 130.0) == (second, 140.0)
    assert step_in_force(steps, 100.0, 140.0) == (None, None)
    assert step_in_force((), 100.0, 100.0) == (None, None)
    assert step_in_force((step(first),), 100.0, 9e9) == (first, None)


def test_need_when_the_plan_changes_then_it_is_worked_out_anew_and_equal_ones_are_one() -> None:
    plans = {AgentId("ann"): ANN}
    needs = Needs(plans.__getitem__)
    need = needs.of(asks(low=4.0))
    assert need is not None
    assert needs.of(asks(low=4.0)) is need
    assert need.admits(AgentId("ann"))
    plans[AgentId("ann")] = AgentPlan(agent=AgentId("ann"))
    assert not need.admits(AgentId("ann"))
    assert needs.of(None) is None


def test_needs_when_there_are_ever_new_ones_then_they_do_not_pile_up() -> None:
    needs = Needs(lambda _: ANN)
    for number in range(MOST_KEPT * 2):
        needs.of(asks(value=str(number)))
    assert len(needs._known) <= MOST_KEPT


# ── in the ACD ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def skilled(desk):
    """bob is idle longest and can do nothing, ann speaks Korean."""
    desk.agent("bob", "sales", status="Available")
    desk.at(10).agent("ann", "sales", status="Available", proficiencies=(KO4,))
    return desk.at(20)


def test_arrival_when_only_one_meets_the_criteria_then_that_one(skilled, read) -> None:
    assert read.offers(skilled.arrive("c1", criteria=(step(asks(low=4.0)),))) == [("c1/1", "ann")]
    assert read.offers(skilled.arrive("c2")) == [("c2/1", "bob")]


def test_arrival_when_nobody_meets_the_criteria_then_it_waits_for_the_next_step(skilled, read) -> None:
    steps = (step(asks(low=5.0), 30.0), step(asks(low=3.0), 30.0))
    assert read.offers(skilled.arrive("c1", criteria=steps)) == []
    assert skilled.acd.next_timer() == 50.0
    assert read.offers(skilled.wait_until(49.0)) == []
    assert read.offers(skilled.wait_until(50.0)) == [("c1/1", "ann")]


def test_arrival_when_all_steps_expire_then_anybody(skilled, read) -> None:
    skilled.arrive("c1", criteria=(step(asks(value="en"), 5.0),))
    assert read.offers(skilled.wait_until(25.0)) == [("c1/1", "bob")]
    assert skilled.activity("ann") == "idle"


def test_arrival_when_restored_then_the_steps_count_from_their_beginning(skilled, read) -> None:
    steps = (step(asks(value="en"), 60.0), step(asks(), 60.0))
    assert read.offers(skilled.arrive("c1", enqueued_at=-50.0, forced=True, criteria=steps)) == [("c1/1", "ann")]


def test_arrival_when_criteria_were_set_later_then_they_count_from_then(skilled, read) -> None:
    steps = (step(asks(value="en"), 60.0),)
    assert read.offers(skilled.arrive("c1", enqueued_at=-50.0, criteria=steps, criteria_since=15.0)) == []
    assert skilled.acd.next_timer() == 75.0


def test_free_agent_when_the_first_contact_asks_for_another_then_gets_the_next(desk, read) -> None:
    desk.arrive("c1", criteria=(step(asks()),))
    desk.at(1).arrive("c2")
    assert read.offers(desk.agent("bob", "sales", status="Available")) == [("c2/1", "bob")]
    assert read.offers(desk.agent("ann", "sales", status="Available", proficiencies=(KO4,))) == [("c1/1", "ann")]


def test_agent_when_a_proficiency_is_added_then_gets_what_waits_for_it(desk, read) -> None:
    desk.agent("bob", "sales", status="Available")
    desk.arrive("c1", criteria=(step(asks(low=4.0)),))
    assert read.offers(desk.agent("bob", "sales", proficiencies=(KO4,))) == [("c1/1", "bob")]


def test_criteria_when_changed_while_waiting_then_the_place_is_kept(skilled, read) -> None:
    skilled.arrive("c1", criteria=(step(asks(value="en")),))
    skilled.at(21).arrive("c2", criteria=(step(asks(value="fr")),))
    commands = skilled.arrive("c1", enqueued_at=20.0, forced=True)
    assert read.offers(commands) == [("c1/1", "bob")]
    assert skilled.waiting() == ("c1", "c2")


def test_criteria_when_an_offer_is_open_then_it_goes_on_and_the_new_ones_count_after_it(skilled, read) -> None:
    skilled.arrive("c1")
    assert read.offers(skilled.arrive("c1", criteria=(step(asks()),), criteria_since=20.0)) == []
    assert read.offers(skilled.miss("c1/1")) == [("c1/2", "ann")]


def test_criteria_when_a_step_expires_during_an_offer_then_the_next_counts_after_it(skilled, read) -> None:
    skilled.arrive("c1", criteria=(step(asks(), 5.0),))
    skilled.wait_until(30.0)
    assert read.offers(skilled.miss("c1/1")) == [("c1/2", "bob")]


def test_criteria_when_agents_have_a_delay_then_both_must_have_passed(desk, read) -> None:
    desk.agent("bob", ("sales", 1, 40.0), status="Available")
    desk.arrive("c1", criteria=(step(asks(), 30.0),))
    assert read.offers(desk.wait_until(39.0)) == []
    assert read.offers(desk.wait_until(40.0)) == [("c1/1", "bob")]
    desk.answer("c1/1")
    desk.at(50).agent("cid", ("sales", 1, 10.0), status="Available")
    desk.arrive("c2", criteria=(step(asks(), 30.0),))
    assert read.offers(desk.wait_until(79.0)) == []
    assert read.offers(desk.wait_until(80.0)) == [("c2/1", "cid")]


def test_last_agent_when_present_then_waited_for_and_then_anybody(desk, read) -> None:
    desk.queue("sales", last_agent_s=15.0)
    desk.agent("bob", "sales", status="Available")
    desk.agent("ann", "sales", status="Lunch")
    assert read.offers(desk.arrive("c1", last_agent=AgentId("ann"))) == []
    assert read.offers(desk.at(5).status("ann")) == [("c1/1", "ann")]
    assert read.offers(desk.arrive("c2", last_agent=AgentId("ann"))) == []
    assert read.offers(desk.wait_until(20.0)) == [("c2/1", "bob")]


@pytest.mark.parametrize("absent", ["offline", "unseated", "unknown", "elsewhere", "not wished"])
def test_last_agent_when_not_there_then_nobody_waits_for_that_one(desk, read, absent: str) -> None:
    desk.queue("sales", last_agent_s=0.0 if absent == "not wished" else 15.0)
    desk.agent("bob", "sales", status="Available")
    if absent != "unknown":
        desk.agent("ann", "help" if absent == "elsewhere" else "sales", status="Lunch")
    if absent == "offline":
        desk.status("ann", "Offline")
    if absent == "unseated":
        desk.agent("ann", "sales", extension=None)
    assert read.offers(desk.arrive("c1", last_agent=AgentId("ann"))) == [("c1/1", "bob")]


def test_last_agent_when_the_flow_asks_too_then_its_steps_follow(desk, read) -> None:
    desk.queue("sales", last_agent_s=15.0)
    desk.agent("bob", "sales", status="Available")
    desk.agent("ann", "sales", status="Lunch")
    desk.arrive("c1", last_agent=AgentId("ann"), criteria=(step(asks(), 10.0),))
    assert read.offers(desk.wait_until(24.0)) == []
    assert read.offers(desk.wait_until(25.0)) == [("c1/1", "bob")]


def test_only_when_agents_are_named_then_nobody_else_meets_it() -> None:
    wish = only(AgentId("ann"))
    assert meets(ANN, wish)
    assert not meets(AgentPlan(agent=AgentId("bob")), wish)


def test_last_agent_when_leaving_while_wished_for_then_anybody_at_once(desk, read) -> None:
    desk.queue("sales", last_agent_s=15.0)
    desk.agent("bob", "sales", status="Available")
    desk.agent("ann", "sales", status="Lunch")
    assert read.offers(desk.arrive("c1", last_agent=AgentId("ann"))) == []
    assert read.offers(desk.at(3).status("ann", "Offline")) == [("c1/1", "bob")]


def test_last_agent_when_coming_while_nobody_else_is_free_then_that_one(desk, read) -> None:
    desk.queue("sales", last_agent_s=15.0)
    desk.agent("ann", "sales")
    desk.arrive("c1")
    desk.at(1).arrive("c2", last_agent=AgentId("ann"))
    assert read.offers(desk.at(2).status("ann")) == [("c1/1", "ann")]
    assert read.offers(desk.agent("bob", "sales", status="Available")) == []
    assert read.offers(desk.wait_until(16.0)) == [("c2/1", "bob")]


def test_last_agent_when_restored_after_the_contact_then_still_wished_for(desk, read) -> None:
    desk.queue("sales", last_agent_s=15.0)
    for agent in ("ann", "bob"):
        desk.agent(agent, "sales")
    arrived = ContactArrived(
        contact=ContactId("c1"), queue=QueueId("sales"), enqueued_at=0.0, forced=True, last_agent=AgentId("ann")
    )
    restored = [
        AgentStateRestored(agent=AgentId(agent), status=status, activity="idle", since=0.0, idle_since=0.0)
        for agent, status in (("ann", "Lunch"), ("bob", "Available"))
    ]
    assert read.offers(desk.acd.handle_together([arrived, *restored], 1.0)) == []
    assert read.offers(desk.wait_until(15.0)) == [("c1/1", "bob")]
