"""The flow path as it is written down."""

from __future__ import annotations

import msgspec
import pytest

from appliance.contact.flows.flow_path import FlowPath
from appliance.events import AnyBody, FlowActionTaken, FlowEnded, FlowStarted
from appliance.flow import commands as c
from appliance.flow.defaults import default_flow
from appliance.flow.machine import LOOPS

BUNDLE = "ab" * 32


class Written(list[AnyBody]):
    """Events in order, and a path that writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.path = FlowPath(default_flow("branch"), BUNDLE, self.append)
        self.path.begin()

    def ends(self) -> list[tuple[str, str]]:
        return [(body.flow, body.outcome) for body in self if isinstance(body, FlowEnded)]


@pytest.fixture
def written() -> Written:
    return Written()


def entered(flow: str, *, outcome: str = "", kind: str = "MODULE") -> c.FlowEntered:
    return c.FlowEntered(flow=flow, flow_type=kind, sha256="cd" * 32, outcome=outcome)


def trace(flow: str, kind: str, **more: object) -> c.Trace:
    return msgspec.structs.replace(c.Trace(flow=flow, action="a", action_type=kind, result="Success"), **more)


def test_path_when_flow_begins_then_its_hash_and_the_bundles_are_written(written: Written) -> None:
    (started,) = written
    assert isinstance(started, FlowStarted)
    assert (started.flow, started.bundle_sha256) == ("branch", BUNDLE)
    assert started.flow_sha256 == default_flow("branch").sha256


def test_path_when_error_branch_is_taken_then_it_says_so(written: Written) -> None:
    written.path.take(trace("branch", "CreateTask", error=True, lacking="cloud"))
    taken = written[-1]
    assert isinstance(taken, FlowActionTaken)
    assert (taken.error, taken.lacking) == (True, "cloud")


def test_path_when_module_comes_back_then_it_has_ended_and_the_flow_goes_on(written: Written) -> None:
    written.path.enter(entered("greeting"))
    written.path.take(trace("greeting", "EndFlowModuleExecution"))
    written.path.take(trace("branch", "Loop"))
    assert written.ends() == [("greeting", "RETURNED_TO_FLOW")]
    written.path.end(c.FlowFinished(flow="branch", outcome="DISCONNECTED_PARTICIPANT"))
    assert written.ends()[1:] == [("branch", "DISCONNECTED_PARTICIPANT")]


def test_path_when_flow_ends_in_a_module_then_both_have_ended(written: Written) -> None:
    written.path.enter(entered("greeting"))
    written.path.end(c.FlowFinished(flow="greeting", outcome="DISCONNECTED_PARTICIPANT"))
    assert [flow for flow, _ in written.ends()] == ["greeting", "branch"]


def test_path_when_it_leads_into_another_flow_then_the_first_has_ended(written: Written) -> None:
    written.path.enter(entered("next", outcome="TRANSFERED_TO_FLOW", kind="CONTACT_FLOW"))
    assert written.ends() == [("branch", "TRANSFERED_TO_FLOW")]
    written.path.end(c.FlowFinished(flow="next", outcome="DROPPED", detail=f"{LOOPS}: 2000 actions"))
    last = written[-1]
    assert isinstance(last, FlowEnded)
    assert (last.flow, last.fatal) == ("next", True)


def test_path_when_module_ends_a_run_of_its_own_then_once(written: Written) -> None:
    written.path.take(trace("branch", "EndFlowModuleExecution"))
    assert written.ends() == []
