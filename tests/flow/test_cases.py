"""Test cases in the Connect Testing language."""

from __future__ import annotations

import pytest

from appliance.errors import FlowError
from appliance.flow.cases import read_case, run_case
from appliance.flow.defaults import default_flow
from appliance.flow.facts import ContactFacts, Library, QueueFacts
from appliance.flow.hours_model import Hours, Opening

ALWAYS = Hours(openings=tuple(Opening(weekday=day, start_min=0, end_min=0) for day in range(7)))


def see(name, kind, *actions, then=(), times=None, **properties):
    usage = {"Type": "EXACTLY"} if times is None else {"Type": "EXACTLY", "Times": times}
    event = {"Identifier": f"{name} event", "Type": kind, "Actor": "System", "Properties": properties}
    return {"Identifier": name, "Event": event, "Usage": usage, "Actions": list(actions),
            "Transitions": {"NextObservations": list(then)}}  # fmt: skip


def do(kind, **parameters):
    return {"Identifier": "x", "Type": kind, "Parameters": {"ActionType": kind, **parameters}}


def press(keys):
    return do("SendInstruction", Actor="Customer", Instruction={"Type": "DtmfInput", "Properties": {"Value": keys}})


def case(*observations):
    return {"Version": "2025-06-21", "Metadata": {}, "Observations": list(observations)}


def run(library, *observations, flow=None):
    return run_case(case(*observations), flow or default_flow("branch"), ContactFacts(), library=library)


MENU = {"Text": "Press 1 for sales", "MatchingCriteria": "Inclusion"}


def test_case_when_flow_does_as_written_then_passes(library):
    queue = {"ActionType": "TransferContactToQueue", "ActionParameters": {"QueueId": "q1"}}
    log = do("TestControl", Command={"Type": "LogData", "Properties": {"Expressions": {"queue": "$.Queue.Name"}}})
    found = run(
        library,
        see("greeting", "MessageReceived", then=["menu"], Text="Thank you"),
        see("menu", "MessageReceived", press("1"), then=["queued"], **MENU),
        see("queued", "FlowActionStarted", do("Assert", Namespace="$.Queue.Name", Operator="Equals", Operand="sales"),
            log, **queue),
        see("done", "TestCompleted", do("Assert", Namespace="$.Attributes.department", Operator="Exists")),
    )  # fmt: skip
    assert found.faults == ()
    assert found.passed
    assert found.observed == ("greeting", "menu", "queued", "done")
    assert found.logged == {"queue": "sales"}


def test_case_when_something_is_never_seen_then_fails_and_says_which(library):
    found = run(library, see("menu", "MessageReceived", press("2"), then=["wrong"], **MENU),
                see("wrong", "MessageReceived", Text="Goodbye forever"))  # fmt: skip
    assert not found.passed
    assert found.faults == ("observation 'wrong' was not made",)


@pytest.mark.parametrize(
    ("operator", "operand", "held"),
    [
        ("Equals", "sales", True),
        ("TextContains", "al", True),
        ("Equals", "support", False),
        ("NumberLessThan", "1", False),
    ],
)
def test_case_when_values_are_asserted_then_compared(library, operator, operand, held):
    claim = do("Assert", Namespace="$.Queue.Name", Operator=operator, Operand=operand)
    found = run(library, see("menu", "MessageReceived", press("1"), **MENU), see("end", "TestCompleted", claim))
    assert found.passed is held
    assert held or "$.Queue.Name is 'sales'" in found.faults[0]


def test_case_when_ended_early_then_the_rest_need_not_be_seen(library):
    end = do("TestControl", Command={"Type": "EndTest"})
    found = run(
        library, see("first", "MessageReceived", end, Text="Thank"), see("never", "MessageReceived", Text="zzz")
    )
    assert found.passed


def test_case_when_seen_twice_is_wanted_then_both_count(library):
    found = run(library, see("menu", "MessageReceived", press("9"), times=3, **MENU))
    assert found.passed
    assert found.observed == ("menu",) * 3


def test_case_when_hours_are_substituted_then_the_other_calendar_counts(flow, action):
    checked = flow(action("h", "CheckHoursOfOperation", {"HoursOfOperationId": "arn:aws/hours/basic"}, then="no",
                          errors={"NoMatchingError": "no"}, when=[("True", "yes"), ("False", "no")]),
                   action("yes", "MessageParticipant", {"Text": "open"}, then="end"),
                   action("no", "MessageParticipant", {"Text": "closed"}, then="end"))  # fmt: skip
    library = Library(hours={"basic": Hours(), "always": ALWAYS}, queues={"q": QueueFacts(queue="q")})
    override = do("OverrideSystemBehavior", Behavior={"Type": "FlowAction", "Properties": {
        "ActionType": "CheckHoursOfOperation", "ActionParameters": {"HoursOfOperationId": "arn:aws/hours/basic"},
        "Strategy": {"Type": "SubstituteResource", "SubstituteArn": "arn:aws/hours/always"}}})  # fmt: skip
    hours = {"ActionType": "CheckHoursOfOperation", "ActionParameters": {"HoursOfOperationId": "arn:aws/hours/basic"}}
    opened = see("open", "MessageReceived", Text="open")
    assert not run(library, opened, flow=checked).passed
    observations = [
        see("set", "TestInitiated", override, then=["open"]),
        see("h", "FlowActionStarted", **hours),
        opened,
    ]
    assert run(library, *observations, flow=checked).passed


@pytest.mark.parametrize(
    ("action", "part"),
    [
        (do("SendInstruction", Instruction={"Type": "TextUtterance"}), "needs speech"),
        (do("OverrideSystemBehavior"), "can't be simulated"),
        (do("TestControl", Command={"Type": "Dance"}), "'Dance' is unknown"),
        (do("Sing"), "type 'Sing' is unknown"),
    ],
)
def test_case_when_it_asks_for_what_paper_can_not_do_then_fails_and_says_so(library, action, part):
    found = run(library, see("start", "TestInitiated", action))
    assert part in found.faults[0]


def test_message_when_criteria_is_similarity_then_shared_words_are_enough(library):
    near = {"Text": "Please press 1 for sales or press 2 for help", "MatchingCriteria": {"Type": "Similarity"}}
    assert run(library, see("menu", "MessageReceived", **near)).passed
    assert not run(library, see("menu", "MessageReceived", Text=near["Text"])).passed


@pytest.mark.parametrize("document", [None, {}, [], {"Observations": []}, {"Version": "1", "Observations": [{}]}])
def test_case_when_document_is_none_then_flow_error(document):
    with pytest.raises(FlowError):
        read_case(document)


def test_case_when_transition_dangles_then_flow_error_names_it():
    with pytest.raises(FlowError, match="'a' leads to 'b', which is missing"):
        read_case(case(see("a", "TestInitiated", then=["b"])))
