"""Bundles go in whole or not at all; the resource map; the hash of what is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance import clock
from appliance.config.paths import BoxPaths
from appliance.errors import FlowError, RequestError
from appliance.flow.bundle import make_bundle
from appliance.flow.document import canonical
from appliance.flow.model import FlowType
from appliance.ids import FlowId
from appliance.store.flow_parts import Part
from appliance.store.store import Store
from appliance.switchboard.api.administration import Administration
from appliance.switchboard.api.changes import install_default_flows
from appliance.switchboard.publication.flow_set import prompt_stem

Json = dict[str, Any]
SOUND = "ab" * 32
HOURS = {"Resource": {"TimeZone": "Asia/Seoul", "Config": []}, "Overrides": []}


def flow(*, text: str = "Hello") -> Json:
    ways = {"NextAction": "bye", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "bye"}]}
    return {
        "Version": "2019-10-30",
        "StartAction": "hi",
        "Actions": [
            {"Identifier": "hi", "Type": "MessageParticipant", "Parameters": {"Text": text}, "Transitions": ways},
            {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    }


def bundle(**flows: Json) -> bytes:
    kinds = {name: (FlowType.CONTACT_FLOW, document) for name, document in flows.items()}
    return make_bundle(kinds, {"arn:q": "sales"}, Hours={"office": HOURS}, Prompts={"beep": SOUND})


class Office:
    """A store with the operations of the local API on it."""

    def __init__(self, folder: Path) -> None:
        self.paths = BoxPaths(data=folder / "data", run=folder / "run")
        self.paths.make()
        self.store = Store.in_memory()
        install_default_flows(self.store, clock.now)
        self._administration = Administration(self.paths, "box", clock.now)
        self.paths.prompts.joinpath(f"{prompt_stem('beep', SOUND)}.wav").write_bytes(b"RIFF")

    def __call__(self, op: str, **args: Any) -> Any:
        return self._administration.perform(self.store, op, args).result


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.store.close()


def test_bundle_when_installed_on_a_new_box_then_all_of_it_is_there_under_its_own_hash(office: Office) -> None:
    document = bundle(main=flow())
    result = office("flow.install_bundle", bundle=document.decode())
    sha256 = hashlib.sha256(document).hexdigest()
    assert result == {
        "bundle_sha256": sha256,
        "installed_sha256": sha256,
        "flows": ["main"],
        "hours": ["office"],
        "bots": [],
        "prompts": ["beep"],
        "map": 1,
    }
    assert office("flow.export")["sha256"] == sha256
    assert canonical(office("flow.export")["bundle"]) == document
    contents = office.store.flow_parts.contents(sha256)
    stored = office.store.flows.with_sha256(contents["Flows"]["main"]["Sha256"])
    assert stored is not None and stored.flow == "main"


def test_bundle_when_installed_again_then_nothing_is_new(office: Office) -> None:
    office("flow.install_bundle", bundle=bundle(main=flow()).decode())
    told = len(office.store.outbox.pending())
    office("flow.install_bundle", bundle=bundle(main=flow()).decode())
    assert len(office.store.outbox.pending()) == told


def test_bundle_when_another_follows_then_what_it_does_not_name_stays(office: Office) -> None:
    office("flow.install_bundle", bundle=bundle(main=flow()).decode())
    result = office("flow.install_bundle", bundle=bundle(night=flow()).decode())
    assert result["bundle_sha256"] != result["installed_sha256"]
    assert list(office("flow.export")["bundle"]["Flows"]) == ["main", "night"]


def test_bundle_when_broken_then_every_problem_and_the_last_good_one_stays(office: Office) -> None:
    office("flow.install_bundle", bundle=bundle(main=flow()).decode())
    before = office("flow.export")
    broken = make_bundle(
        {"main": (FlowType.CONTACT_FLOW, flow(text="new")), "bad\n": (FlowType.CONTACT_FLOW, {"Actions": []})},
        Hours={"office": {"Resource": {"TimeZone": "Nowhere"}}},
        Prompts={"gone": "cd" * 32},
        Functions={"lookup": {"kind": "command"}},
    )
    with pytest.raises(FlowError) as caught:
        office("flow.install_bundle", bundle=broken.decode())
    text = "\n".join(caught.value.problems)
    for part in ("flow bad", "TimeZone 'Nowhere'", "can't be a name", "prompt 'gone': its audio", "[[functions]]"):
        assert part in text
    assert office("flow.export") == before


def test_flow_when_installed_alone_then_the_hash_in_force_changes(office: Office) -> None:
    empty = office("flow.export")["sha256"]
    result = office("flow.install", name="Main menu (en)", document=flow())
    assert result["bundle_sha256"] == office("flow.export")["sha256"] != empty
    assert office("flow.export")["flows"] == ["Main menu (en)"]


def test_default_flow_when_replaced_then_it_is_part_of_the_set(office: Office) -> None:
    assert office("flow.export")["flows"] == []
    office("flow.install", name="branch", document=flow())
    assert office("flow.export")["flows"] == ["branch"]
    assert office.store.flows.active(FlowId("customer_queue")) is not None


def test_map_when_edited_then_kept_and_the_hash_changes(office: Office) -> None:
    before = office("flow.export")["sha256"]
    assert office("flow.map", set={"arn:q": "sales", "${Hours}": "office"}) == {"${Hours}": "office", "arn:q": "sales"}
    assert office("flow.map", forget=["arn:q"]) == {"${Hours}": "office"}
    assert office("flow.map") == {"${Hours}": "office"}
    assert office("flow.export")["sha256"] != before
    assert office.store.flow_parts.all(Part.MAP) == {"${Hours}": "office"}


def test_map_when_name_to_forget_is_unknown_then_refused_whole(office: Office) -> None:
    with pytest.raises(RequestError, match="the map has no 'arn:x'") as caught:
        office("flow.map", set={"arn:q": "sales"}, forget=["arn:x"])
    assert caught.value.kind == "not_found"
    assert office("flow.map") == {}


def test_queue_when_hours_are_named_then_they_must_be_there(office: Office) -> None:
    with pytest.raises(RequestError, match="there is no hours office"):
        office("queue.add", queue="sales", hours="office")
    office("flow.install_bundle", bundle=bundle(main=flow()).decode())
    shown = office("queue.add", queue="sales", hours="office", caller_id="+8225550100")
    assert (shown["hours"], shown["caller_id"]) == ("office", "+8225550100")
    assert office("queue.add", queue="sales", hours="")["hours"] is None
    queues = office("flow.export")["queues"]
    assert queues == [{"queue": "sales", "hours": "", "caller_id": "+8225550100"}]


def test_flow_when_removed_then_gone_from_the_set_but_records_still_find_it(office: Office) -> None:
    before = office("flow.export")["sha256"]
    sha256 = office("flow.install", name="main", document=flow())["sha256"]
    removed = office("flow.remove", part="flow", name="main")
    assert removed == {"flow": "main", "restored": False, "bundle_sha256": before}
    assert office.store.flows.active(FlowId("main")) is None
    assert "main" not in [row["flow"] for row in office("flow.list")]
    found = office.store.flows.with_sha256(sha256)
    assert found is not None
    assert found.flow == "main"
    assert office("flow.install", name="main", document=flow())["sha256"] == sha256


def test_default_flow_when_removed_then_it_is_as_it_came(office: Office) -> None:
    came = office.store.flows.active(FlowId("customer_queue"))
    with pytest.raises(RequestError, match="belongs to the box"):
        office("flow.remove", part="flow", name="customer_queue")
    office("flow.install", name="customer_queue", document=flow(), flow_type="CUSTOMER_QUEUE")
    assert office("flow.remove", part="flow", name="customer_queue")["restored"]
    now = office.store.flows.active(FlowId("customer_queue"))
    assert came is not None
    assert now is not None
    assert now.sha256 == came.sha256


def test_flow_when_a_queue_or_another_flow_names_it_then_it_stays(office: Office) -> None:
    office("flow.install", name="music", document=flow())
    office("queue.add", queue="sales", flow="music")
    office("flow.install", name="night", document=flow())
    document = flow()
    document["Actions"][0] = {
        "Identifier": "hi",
        "Type": "TransferToFlow",
        "Parameters": {"ContactFlowId": "arn:night"},
        "Transitions": document["Actions"][0]["Transitions"],
    }
    office("flow.install", name="day", document=document)
    office("flow.map", set={"arn:night": "night"})
    with pytest.raises(RequestError, match="queue sales"):
        office("flow.remove", part="flow", name="music")
    with pytest.raises(RequestError, match="flow day"):
        office("flow.remove", part="flow", name="night")
    office("flow.remove", part="flow", name="day")
    office("flow.remove", part="flow", name="night")
    with pytest.raises(RequestError, match="no flow"):
        office("flow.remove", part="flow", name="night")


def test_prompt_when_removed_then_it_is_not_of_the_set(office: Office) -> None:
    office("flow.install_bundle", bundle=bundle(main=flow()).decode())
    office("flow.remove", part="prompt", name="beep")
    assert office.store.flow_parts.all(Part.PROMPT) == {}
    with pytest.raises(RequestError, match="no prompt"):
        office("flow.remove", part="prompt", name="beep")


def test_default_flows_when_the_box_speaks_korean_then_they_do_but_not_the_replaced_ones(office: Office) -> None:
    office("flow.install", name="branch", document=flow())
    install_default_flows(office.store, clock.now, "ko-KR")
    texts = {stored.flow: stored.document for stored in office.store.flows.all_active()}
    assert "대기" in texts[FlowId("customer_queue")]
    assert "Hello" in texts[FlowId("branch")]
    assert "branch" in office("flow.export")["bundle"]["Flows"]
    assert "customer_queue" not in office("flow.export")["bundle"]["Flows"]


def test_recording_policy_when_both_or_neither_is_named_then_refused(office: Office) -> None:
    office("queue.add", queue="sales")
    assert office("recording.policy", policy="always", queue="sales")["queue"] == "sales"
    assert [row["policy"] for row in office("recording.policies")] == ["always"]
    for names in ({}, {"queue": "sales", "agent": "kim"}):
        with pytest.raises(RequestError, match="one queue or one agent"):
            office("recording.policy", policy="never", **names)
