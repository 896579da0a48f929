from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from appliance.dialplan import DialPlan, ExtensionPlan, GroupPlan, QueuePlan, Strategy
from appliance.dialplan.groups import Diversion
from appliance.dialplan.reaching import (
    MOST_FORWARDS,
    ChooseOrder,
    GiveUp,
    GoToFlow,
    GoToQueue,
    GoToVoicemail,
    Outcome,
    Reaching,
    RingOutside,
    RingPhones,
    Step,
)
from appliance.ids import AgentId, Extension, FlowId, QueueId, TrunkId

NUMBERS = [str(number) for number in range(101, 110)]
OUTSIDE = "+14155550123"


def a_plan(*groups: GroupPlan, **phones: ExtensionPlan) -> DialPlan:
    return DialPlan(
        extensions={Extension(number): AgentId("kim") if number == "101" else None for number in NUMBERS},
        numbers={"600": FlowId("branch")},
        queues={QueueId("sales"): QueuePlan(queue=QueueId("sales"))},
        trunks=(TrunkId("acme"),),
        phones={Extension(name.removeprefix("x")): phone for name, phone in phones.items()},
        groups={group.group: group for group in groups},
    )


def a_group(*members: str, **settings: Any) -> GroupPlan:
    return GroupPlan(group="desk", number="250", members=members, **settings)


def extensions(step: Step) -> list[str]:
    assert isinstance(step, RingPhones), step
    return [str(extension) for extension in step.extensions]


def test_extension_when_it_has_no_settings_rings_as_long_as_a_phone_may() -> None:
    step = Reaching(a_plan()).begin("101")
    assert step == RingPhones(extensions=(Extension("101"),), agent=AgentId("kim"))


def test_extension_when_nobody_answers_and_nothing_is_set_gives_up_with_the_phones_status() -> None:
    reaching = Reaching(a_plan())
    reaching.begin("101")
    assert reaching.failed(Outcome.BUSY, 486) == GiveUp(sip_status=486, why="extension 101: user-busy, and no forward")


def test_extension_when_forwarded_always_never_rings() -> None:
    step = Reaching(a_plan(x101=ExtensionPlan(always="102"))).begin("101")
    assert extensions(step) == ["102"]
    assert isinstance(step, RingPhones)
    assert step.diversions == (Diversion(address="101", reason="unconditional"),)


def test_extension_when_it_must_not_be_disturbed_is_busy_at_once() -> None:
    step = Reaching(a_plan(x101=ExtensionPlan(do_not_disturb=True))).begin("101")
    assert isinstance(step, GiveUp)
    assert step.sip_status == 486


def test_extension_when_it_must_not_be_disturbed_goes_where_it_goes_when_busy() -> None:
    step = Reaching(a_plan(x101=ExtensionPlan(do_not_disturb=True, busy="voicemail:101"))).begin("101")
    assert step == GoToVoicemail(mailbox="101")


def test_extension_when_busy_and_when_silent_has_two_forwards() -> None:
    plan = a_plan(x101=ExtensionPlan(busy="102", no_answer="queue:sales", ring_s=7))
    busy, silent = Reaching(plan), Reaching(plan)
    first = busy.begin("101")
    assert isinstance(first, RingPhones)
    assert first.ring_s == 7
    assert extensions(busy.failed(Outcome.BUSY)) == ["102"]
    silent.begin("101")
    assert silent.failed(Outcome.UNREACHABLE) == GoToQueue(queue=QueueId("sales"))


def test_extension_when_forwarded_to_a_number_with_a_flow_starts_it() -> None:
    step = Reaching(a_plan(x101=ExtensionPlan(always="600"))).begin("101")
    assert step == GoToFlow(number="600", flow=FlowId("branch"))


def test_extension_when_it_may_not_forward_outside_does_not_but_one_that_may_does() -> None:
    refused = Reaching(a_plan(x101=ExtensionPlan(always=OUTSIDE))).begin("101")
    assert isinstance(refused, GiveUp)
    assert refused.sip_status == 403
    allowed = Reaching(a_plan(x101=ExtensionPlan(always=OUTSIDE, outside=True)), outside=False).begin("101")
    assert allowed == RingOutside(number=OUTSIDE, diversions=(Diversion(address="101", reason="unconditional"),))


def test_extensions_when_forwarded_in_a_circle_give_up() -> None:
    step = Reaching(a_plan(x101=ExtensionPlan(always="102"), x102=ExtensionPlan(always="101"))).begin("101")
    assert step == GiveUp(sip_status=480, why="extension 101 is forwarded in a circle")


def test_extensions_when_each_forwards_to_the_next_the_sixth_forward_is_one_too_many() -> None:
    chain = {f"x{n}": ExtensionPlan(always=str(n + 1)) for n in range(101, 109)}
    few = {name: phone for name, phone in chain.items() if name < "x106"}
    assert extensions(Reaching(a_plan(**few)).begin("101")) == ["106"]
    step = Reaching(a_plan(**chain)).begin("101")
    assert isinstance(step, GiveUp)
    assert "more than 5 forwards" in step.why


def test_group_when_all_ring_leaves_out_who_must_not_be_disturbed_or_is_away() -> None:
    plan = a_plan(
        a_group("101", "102", "103", "104"), x102=ExtensionPlan(do_not_disturb=True), x103=ExtensionPlan(always="109")
    )
    step = Reaching(plan).begin("250")
    assert extensions(step) == ["101", "104"]
    assert isinstance(step, RingPhones)
    assert step.ring_s == 20
    assert step.group == "desk"


def test_group_when_nobody_may_be_rung_goes_to_its_fallback() -> None:
    plan = a_plan(a_group("102", fallback="voicemail:desk"), x102=ExtensionPlan(do_not_disturb=True))
    assert Reaching(plan).begin("group:desk") == GoToVoicemail(mailbox="desk")


def test_group_when_it_rings_in_order_and_nobody_answers_ends_at_its_fallback() -> None:
    reaching = Reaching(a_plan(a_group("101", OUTSIDE, "999", "102", strategy=Strategy.ORDER, fallback="103")))
    assert extensions(reaching.begin("250")) == ["101"]
    assert reaching.failed(Outcome.NO_ANSWER) == RingOutside(number=OUTSIDE, ring_s=20, group="desk")
    assert extensions(reaching.failed(Outcome.BUSY)) == ["102"]
    last = reaching.failed(Outcome.NO_ANSWER)
    assert extensions(last) == ["103"]
    assert isinstance(last, RingPhones)
    assert last.diversions == (Diversion(address="250", reason="no-answer"),)
    assert isinstance(reaching.failed(Outcome.NO_ANSWER), GiveUp)


def test_group_when_turns_are_taken_asks_whose_it_is() -> None:
    reaching = Reaching(a_plan(a_group("101", "102", strategy=Strategy.LONGEST_IDLE)))
    assert reaching.begin("250") == ChooseOrder(group="desk", strategy=Strategy.LONGEST_IDLE, members=("101", "102"))
    assert extensions(reaching.ordered(("102", "101"))) == ["102"]
    assert extensions(reaching.failed(Outcome.BUSY)) == ["101"]


def test_groups_when_they_fall_back_on_each_other_give_up() -> None:
    other = GroupPlan(group="back", number="251", members=("102",), fallback="250")
    reaching = Reaching(a_plan(a_group("101", fallback="251"), other))
    reaching.begin("250")
    assert extensions(reaching.failed(Outcome.NO_ANSWER)) == ["102"]
    assert isinstance(reaching.failed(Outcome.NO_ANSWER), GiveUp)


TARGETS = st.sampled_from(
    [
        "",
        *NUMBERS,
        "250",
        "600",
        OUTSIDE,
        "999",
        "x",
        "queue:sales",
        "queue:none",
        "group:desk",
        "voicemail:1",
        "what:1",
    ]
)
PHONES = st.builds(
    ExtensionPlan,
    do_not_disturb=st.booleans(),
    always=TARGETS,
    busy=TARGETS,
    no_answer=TARGETS,
    outside=st.booleans(),
)
GROUPS = st.builds(
    GroupPlan,
    group=st.just("desk"),
    number=st.just("250"),
    strategy=st.sampled_from(Strategy),
    members=st.lists(st.sampled_from([*NUMBERS, OUTSIDE, "999"]), max_size=6).map(tuple),
    fallback=TARGETS,
)


@given(
    phones=st.dictionaries(st.sampled_from(NUMBERS).map(lambda number: f"x{number}"), PHONES),
    group=GROUPS,
    target=TARGETS,
    outcomes=st.lists(st.sampled_from(Outcome), min_size=1),
)
def test_reaching_when_nobody_ever_answers_comes_to_an_end(
    phones: dict[str, ExtensionPlan], group: GroupPlan, target: str, outcomes: list[Outcome]
) -> None:
    reaching = Reaching(a_plan(group, **phones))
    step, steps = reaching.begin(target), 0
    while isinstance(step, RingPhones | RingOutside | ChooseOrder):
        steps += 1
        assert steps <= len(NUMBERS) + 2 * len(group.members) + 4
        if isinstance(step, ChooseOrder):
            step = reaching.ordered(step.members[::-1])
            continue
        assert len(step.diversions) <= MOST_FORWARDS
        if isinstance(step, RingPhones):
            settings = [phones.get(f"x{extension}", ExtensionPlan()) for extension in step.extensions]
            assert step.extensions
            assert not any(phone.do_not_disturb or phone.always for phone in settings)
        step = reaching.failed(outcomes[steps % len(outcomes)])
