"""The documented log line."""

from __future__ import annotations

import pytest

from appliance.flow.commands import Trace
from appliance.flow.flow_log import block_name, log_entry


def test_entry_when_made_then_has_the_documented_keys():
    trace = Trace(
        flow="main", action="a", action_type="UpdateContactTargetQueue", result="Success", parameters={"QueueId": "q"}
    )
    assert log_entry(trace, contact_id="c", wall_s=1_795_311_000.5) == {
        "ContactId": "c",
        "ContactFlowId": "main",
        "ContactFlowName": "main",
        "ContactFlowModuleType": "SetQueue",
        "Identifier": "a",
        "Timestamp": "2026-11-22T01:30:00.500Z",
        "Parameters": {"QueueId": "q"},
        "Results": "Success",
    }


def test_entry_when_something_lacked_then_says_so():
    trace = Trace(
        flow="main", action="a", action_type="CreateTask", result="NoMatchingError", error=True, lacking="cloud"
    )
    assert log_entry(trace, contact_id="c", wall_s=0)["Lacking"] == "cloud"


@pytest.mark.parametrize(
    ("kind", "parameters", "name"),
    [
        ("MessageParticipant", {}, "PlayPrompt"),
        ("GetParticipantInput", {"StoreInput": "True"}, "StoreUserInput"),
        ("GetParticipantInput", {}, "GetUserInput"),
        ("CheckMetricData", {"MetricType": "NumberOfAgentsOnline"}, "CheckStaffing"),
        ("CheckMetricData", {"MetricType": "NumberOfContactsInQueue"}, "CheckQueueStatus"),
        ("UpdateContactMediaStreamingBehavior", {"MediaStreamingState": "Enabled"}, "StartMediaStreaming"),
        ("TagContact", {}, "TagContact"),
    ],
)
def test_block_name_when_type_is_given_then_the_older_name(kind, parameters, name):
    assert block_name(kind, parameters) == name
