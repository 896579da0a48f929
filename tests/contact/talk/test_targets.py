from __future__ import annotations

import msgspec
import pytest

from appliance.contact.talk.targets import (
    AsideTarget,
    FlowTarget,
    QueueTarget,
    RingTarget,
    find_consulted,
    find_party,
    find_target,
    shown,
)
from appliance.dialplan import DialPlan, QueuePlan, QuickConnectPlan
from appliance.ids import AgentId, Extension, FlowId, QueueId, TrunkId

KIM, SALES, HELP = AgentId("kim"), QueueId("sales"), QueueId("help")
KIMS_PHONE = RingTarget(number="101", extension=Extension("101"), agent=KIM)
PLAN = DialPlan(
    region="KR",
    extensions={Extension("101"): KIM, Extension("102"): None},
    numbers={"600": FlowId("menu")},
    trunks=(TrunkId("acme"),),
    quick_connects={
        "kim": QuickConnectPlan(kind="USER", agent=KIM),
        "kim, announced": QuickConnectPlan(kind="USER", agent=KIM, flow=FlowId("agent_transfer")),
        "nobody": QuickConnectPlan(kind="USER", agent=AgentId("lee")),
        "second": QuickConnectPlan(kind="QUEUE", queue=HELP, queues=(SALES,)),
        "second, announced": QuickConnectPlan(kind="QUEUE", queue=HELP, flow=FlowId("queue_transfer")),
        "lawyer": QuickConnectPlan(kind="PHONE_NUMBER", number="+8225550100"),
        "room": QuickConnectPlan(kind="PHONE_NUMBER", number="102"),
        "survey": QuickConnectPlan(kind="FLOW", flow=FlowId("survey")),
    },
)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("101", KIMS_PHONE),
        ("600", FlowTarget(flow=FlowId("menu"))),
        ("02-555-0100", None),  # nobody dials a dash
        ("025550100", RingTarget(number="+8225550100", outside=True)),
        ("queue:help", QueueTarget(queue=HELP)),
        ("quick:kim", KIMS_PHONE),
        ("quick:kim, announced", FlowTarget(flow=FlowId("agent_transfer"), agent=KIM)),
        ("quick:nobody", None),
        ("quick:second", QueueTarget(queue=HELP)),
        ("quick:second, announced", FlowTarget(flow=FlowId("queue_transfer"), queue=HELP)),
        ("quick:lawyer", RingTarget(number="+8225550100", outside=True)),
        ("quick:room", RingTarget(number="102", extension=Extension("102"))),
        ("quick:survey", FlowTarget(flow=FlowId("survey"))),
        ("quick:unheard of", None),
        ("119", None),
        ("", None),
    ],
)
def test_find_target_when_asked_for_is(wanted: str, meant: object) -> None:
    assert find_target(PLAN, wanted, queue=SALES) == meant


@pytest.mark.parametrize("queue", [HELP, None])
def test_find_target_when_the_quick_connect_is_another_queues_is_nobody(queue: QueueId | None) -> None:
    assert find_target(PLAN, "quick:second", queue=queue) is None
    assert find_target(PLAN, "quick:kim", queue=queue) == KIMS_PHONE


def test_find_party_when_somebody_must_be_rung_passes_over_flows_and_queues() -> None:
    assert find_party(PLAN, "quick:kim, announced") == KIMS_PHONE
    assert find_party(PLAN, "101") == KIMS_PHONE
    for wanted in ("600", "queue:help", "quick:survey", "quick:second, announced", "119"):
        assert find_party(PLAN, wanted, queue=SALES) is None


@pytest.mark.parametrize(
    ("wanted", "dialled"),
    [
        ("queue:help", "queue-help"),
        ("quick:second, announced", "queue-help"),
        ("600", "600"),
        ("queue:a b", "queue-a%20b"),
    ],
)
def test_find_consulted_when_a_queue_or_flow_is_asked_for_is_a_contact_of_its_own(wanted: str, dialled: str) -> None:
    plan = msgspec.structs.replace(PLAN, queues={name: QueuePlan(queue=name) for name in (HELP, QueueId("a b"))})
    assert find_consulted(plan, wanted) == AsideTarget(dialled=dialled)


def test_find_consulted_when_somebody_can_be_rung_or_nobody_is_there_says_so() -> None:
    assert find_consulted(PLAN, "101") == KIMS_PHONE
    for wanted in ("queue:help", "quick:survey", "119", "quick:unheard of"):
        assert find_consulted(PLAN, wanted) is None


def test_shown_when_outside_is_the_number_else_what_was_asked_for() -> None:
    assert shown(RingTarget(number="+8225550100", outside=True), "quick:lawyer") == "+8225550100"
    assert shown(KIMS_PHONE, "quick:kim") == "quick:kim"
