"""The paper caller."""

from __future__ import annotations

import pytest

from appliance.flow import commands as c
from appliance.flow.defaults import default_flow
from appliance.flow.facts import ContactFacts, Library
from appliance.flow.simulator import Simulator, World


def heard(simulator):
    plays = [command for _, command in simulator.history if isinstance(command, c.Play)]
    return [message.text or message.prompt for play in plays for message in play.messages]


def path(simulator):
    return [(command.action, command.result) for _, command in simulator.history if isinstance(command, c.Trace)]


def test_simulator_when_script_is_played_then_keys_and_silence_are_as_written(library):
    simulator = Simulator(default_flow("branch"), ContactFacts(), library=library)
    simulator.play(["9", "timeout", "2"])
    results = [result for name, result in path(simulator) if name == "menu"]
    assert results == ["NoMatchingCondition", "InputTimeLimitExceeded", "2"]
    assert simulator.outcome == "TRANSFERED_TO_QUEUE"
    assert simulator.state.facts.queue == "support"


def test_simulator_when_script_is_empty_then_caller_stays_silent_to_the_end(library):
    simulator = Simulator(default_flow("branch"), ContactFacts(), library=library)
    simulator.play([])
    assert [result for name, result in path(simulator) if name == "menu"] == ["InputTimeLimitExceeded"] * 3
    assert simulator.outcome == "TRANSFERED_TO_QUEUE"
    assert simulator.now > 15


def test_simulator_when_queue_is_full_then_flow_hears_it(library):
    simulator = Simulator(
        default_flow("branch"), ContactFacts(), library=library, world=World(queue_error="QueueAtCapacity")
    )
    simulator.play(["1"])
    assert "full" in heard(simulator)[-1]
    assert simulator.outcome == "DISCONNECTED_PARTICIPANT"


def test_simulator_when_flow_loops_messages_then_stops_in_the_queue(library):
    simulator = Simulator(default_flow("customer_queue"), ContactFacts(), library=library)
    simulator.play([])
    assert simulator.outcome == ""
    simulator.listen()
    assert heard(simulator)[-1] == "music"


@pytest.mark.parametrize(("functions", "ending"), [({"f": {"a": "1"}}, "end"), ({}, "bad")])
def test_simulator_when_function_is_asked_then_world_answers(flow, action, functions, ending):
    asking = flow(
        action("l", "InvokeLambdaFunction", {"LambdaFunctionARN": "f"}, then="end", errors={"NoMatchingError": "bad"})
    )
    simulator = Simulator(
        asking, ContactFacts(), library=Library(functions={"f": "f"}), world=World(functions=functions)
    )
    simulator.play([])
    assert path(simulator)[-1][0] == ending


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("GetMetricData", {}),
        ("DistributeByPercentage", {}),
        ("TransferParticipantToThirdParty", {"ThirdPartyPhoneNumber": "+1"}),
        ("CreateCallbackContact", {"QueueId": "sales"}),
    ],
)
def test_simulator_when_box_is_asked_then_answers_by_itself(flow, action, library, kind, parameters):
    running = flow(action("a", kind, parameters, then="end", errors={"NoMatchingCondition": "end"}))
    simulator = Simulator(running, ContactFacts(queue="sales", customer_endpoint="+1"), library=library)
    simulator.play([])
    assert path(simulator)[-1][0] == "end"


def test_simulator_when_prompt_fails_then_flow_is_told(flow, action, library):
    running = flow(action("a", "MessageParticipant", {"PromptId": "x"}, then="end", errors={"NoMatchingError": "bad"}))
    simulator = Simulator(running, ContactFacts(), library=library, world=World(prompt_errors=frozenset({"x"})))
    simulator.play([])
    assert path(simulator) == [("a", "NoMatchingError"), ("bad", "Success")]
