"""A folder of files as a bundle."""

from __future__ import annotations

import hashlib
import json

import pytest

from appliance.errors import FlowError
from appliance.flow.bundle import read_bundle
from appliance.flow.bundle_files import file_name, flow_file, gather, gather_imported, map_file, read_map
from appliance.flow.importer import import_flows
from appliance.flow.model import FlowType

HOURS = {"Name": "office", "HoursOfOperationArn": "arn:h/1", "HoursOfOperationId": "1", "TimeZone": "Asia/Seoul"}
SOUND = b"RIFF...."


@pytest.fixture
def flow_text(document, action):
    return json.dumps(document(action("end", "DisconnectParticipant"))).encode()


@pytest.fixture
def module_text(document, action):
    return json.dumps(document(action("back", "EndFlowModuleExecution"))).encode()


def test_gather_when_folder_is_whole_then_every_part_is_in_the_bundle(flow_text, module_text):
    gathered = gather(
        {
            "flows/main.json": flow_text,
            "modules/sub.json": module_text,
            "hours/h.json": json.dumps({"HoursOfOperation": HOURS, "Overrides": [{"OverrideType": "CLOSED"}]}).encode(),
            "bots/menu.json": b'{"intents": {"1": "Sales"}}',
            "prompts/beep.wav": SOUND,
            "map.json": b'{"arn:q": "sales", "arn:x": ""}',
            ".DS_Store": b"x",
        }
    )
    bundle = read_bundle(gathered.document)
    digest = hashlib.sha256(SOUND).hexdigest()
    assert (list(bundle.flows), list(bundle.modules)) == (["main"], ["sub"])
    assert bundle.modules["sub"].flow_type is FlowType.MODULE
    assert bundle.hours["office"].time_zone == "Asia/Seoul"
    assert bundle.hours["office"].overrides[0].kind == "CLOSED"
    assert bundle.bots["menu"].intents == {"1": "Sales"}
    assert bundle.prompts == {"beep": digest}
    assert gathered.sounds == {digest: (".wav", SOUND)}
    assert bundle.names == {"arn:q": "sales", "arn:h/1": "office", "1": "office"}


def test_gather_when_archive_has_one_folder_around_all_then_the_same_bundle(flow_text, module_text):
    files = {"flows/main.json": flow_text, "modules/sub.json": module_text}
    inside = {f"branch/{name}": data for name, data in files.items()}
    assert gather(inside) == gather(files)


def test_gather_when_exports_lie_side_by_side_then_they_are_the_flows(flow_text):
    described = {"ContactFlow": {"Arn": "arn:f/1", "Id": "1", "Name": "Main", "Content": flow_text.decode()}}
    gathered = gather({"a.json": json.dumps(described).encode(), "b.json": flow_text})
    bundle = read_bundle(gathered.document)
    assert list(bundle.flows) == ["Main", "b"]
    assert bundle.names == {"arn:f/1": "Main", "1": "Main"}
    assert gathered.changes == (("Main", "unwrapped from ContactFlow / Content / text"),)


def test_gather_when_map_says_otherwise_then_the_map_counts(flow_text):
    described = {"ContactFlow": {"Arn": "arn:f/1", "Name": "Main", "Content": flow_text.decode()}}
    gathered = gather({"a.json": json.dumps(described).encode(), "map.json": b'{"arn:f/1": "other"}'})
    assert read_bundle(gathered.document).names == {"arn:f/1": "other"}


def test_gather_when_files_are_broken_then_every_problem_of_every_file(flow_text):
    with pytest.raises(FlowError) as caught:
        gather(
            {
                "flows/a.json": b"{}",
                "flows/b.json": flow_text,
                "modules/b.json": flow_text,
                "hours/h.json": b"[]",
                "prompts/x.wav": b"1",
                "prompts/x.mp3": b"2",
                "map.json": b'{"a": 1}',
            }
        )
    text = "\n".join(caught.value.problems)
    for part in ("flows/a.json: ", "two flows 'b'", "hours/h.json: ", "two prompts 'x'", "map.json: "):
        assert part in text


def test_gather_when_there_is_nothing_then_flow_error():
    with pytest.raises(FlowError, match="it holds no flow"):
        gather({})


def test_gather_imported_when_flows_name_each_other_by_arn_then_the_map_knows(flow_text):
    described = {"ContactFlow": {"Arn": "arn:f/1", "Name": "Main", "Content": flow_text.decode()}}
    bundle = read_bundle(gather_imported(import_flows(json.dumps(described).encode(), name="x")).document)
    assert bundle.names == {"arn:f/1": "Main"}


def test_flow_file_when_written_and_gathered_then_the_same_name_and_type(document, action):
    text = json.dumps(document(action("end", "EndFlowExecution"), kind="customerHold")).encode()
    (imported,) = import_flows(text, name="Hold: music (en)")
    name, data = flow_file(imported)
    assert name == "flows/Hold-music-en.json"
    bundle = read_bundle(gather({name: data}).document)
    assert bundle.flows["Hold: music (en)"].flow_type is FlowType.CUSTOMER_HOLD


@pytest.mark.parametrize(
    ("name", "file"),
    [("Main menu", "Main-menu"), ("../x", "x"), ("본사", "본사"), ("/", "flow"), ("본" * 127, "본" * 50)],
)
def test_file_name_when_name_is_odd_then_safe(name, file):
    assert file_name(name) == file


def test_map_file_when_read_back_then_the_same():
    assert read_map(map_file({"b": "", "a": "x"})) == {"a": "x", "b": ""}
