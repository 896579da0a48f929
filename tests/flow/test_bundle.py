"""Bundles: one document, one hash, all or nothing."""

from __future__ import annotations

import hashlib
import json

import pytest

from appliance.errors import FlowError
from appliance.flow.bundle import library_of, make_bundle, read_bundle, unmet
from appliance.flow.commands import EnterQueue
from appliance.flow.facts import QueueFacts
from appliance.flow.model import FlowType

NINE = {"Hours": 9, "Minutes": 0}
HOURS = {
    "office": {
        "Resource": {"TimeZone": "Asia/Seoul", "Config": [{"Day": "MONDAY", "StartTime": NINE, "EndTime": NINE}]}
    }
}


@pytest.fixture
def data(document, action):
    main = document(
        action("q", "UpdateContactTargetQueue", {"QueueId": "${Queue}"}, then="t", errors={"NoMatchingError": "end"}),
        action("t", "TransferContactToQueue", {}, errors={"NoMatchingError": "end"}),
        action("end", "DisconnectParticipant"),
    )
    module = document(action("back", "EndFlowModuleExecution"))
    return make_bundle(
        {"main": (FlowType.CONTACT_FLOW, main), "sub": (FlowType.MODULE, module)},
        {"${Queue}": "arn:q", "arn:q": "sales"},
        Hours=HOURS,
        Bots={"menu": {"intents": {"1": "Sales"}, "prompt": "Press 1"}},
        Functions={"lookup": {"kind": "table"}},
        Prompts={"beep": "ab" * 32},
    )


def test_bundle_when_read_then_everything_is_there_under_one_hash(data):
    bundle = read_bundle(data)
    assert bundle.sha256 == hashlib.sha256(data).hexdigest()
    assert (list(bundle.flows), list(bundle.modules)) == (["main"], ["sub"])
    assert bundle.hours["office"].time_zone == "Asia/Seoul"
    assert bundle.bots["menu"].intents == {"1": "Sales"}
    assert bundle.prompts == {"beep": "ab" * 32}


def test_bundle_when_keys_are_reordered_then_the_same_hash(data):
    assert read_bundle(json.dumps(json.loads(data), indent=2).encode()).sha256 == read_bundle(data).sha256


def test_bundle_when_run_then_placeholders_and_map_lead_to_local_queues(caller, data):
    bundle = read_bundle(data)
    library = library_of(bundle, queues={"sales": QueueFacts(queue="sales")})
    assert caller(bundle.flows["main"], library=library).last(EnterQueue).queue == "sales"
    assert unmet(bundle, library) == []


def test_bundle_when_box_lacks_something_then_listed(data):
    bundle = read_bundle(data)
    assert [(flow, need.reference) for flow, need in unmet(bundle, library_of(bundle))] == [("main", "arn:q")]


@pytest.mark.parametrize("data", [b"{}", b"[]", b"x", b'{"Format": "other"}'])
def test_bundle_when_it_is_none_then_flow_error(data):
    with pytest.raises(FlowError):
        read_bundle(data)


def test_bundle_when_parts_are_broken_then_every_problem():
    broken = {"Format": "linekeeper-flows/1", "Flows": {"a": {"Type": "CONTACT_FLOW", "Document": {}}, "b": {}},
              "Hours": {"h": {"Resource": {"TimeZone": "X/Y"}}, "i": 3}, "Bots": {"c": {"intents": 4}},
              "Map": []}  # fmt: skip
    with pytest.raises(FlowError) as caught:
        read_bundle(json.dumps(broken).encode())
    text = "\n".join(caught.value.problems)
    for part in ("Map must be", "flow a: Version", "flow b: it needs", "h: TimeZone 'X/Y'", "hours i:", "bot c:"):
        assert part in text
