"""Bringing flows from the cloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

Json = dict[str, Any]
Told = Callable[..., Any]
Capture = pytest.CaptureFixture[str]
SHARED = Path(__file__).resolve().parents[4] / "shared" / "flows"
QUEUE_ID = "5f0e0000-0000-4000-8000-000000000002"


@pytest.fixture
def described(menu: Json, tmp_path: Path) -> Path:
    """What describe-contact-flow prints: its ARN is the one that others refer to."""
    arn = "arn:aws:connect:eu-west-2:111122223333:instance/i/contact-flow/f1"
    file = tmp_path / "described.json"
    inner = {"Arn": arn, "Id": "f1", "Name": "Inbound", "Type": "CONTACT_FLOW", "Content": json.dumps(menu)}
    del menu["Metadata"]["name"]
    inner["Content"] = json.dumps(menu)
    file.write_text(json.dumps({"ContactFlow": inner}))
    return file


@pytest.mark.usefixtures("no_box")
def test_import_when_nothing_is_to_be_written_then_only_a_report(described: Path, told: Told, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    code, shown = told("flow", "import", described)
    assert code == ExitCode.OK
    (flow,) = shown["flows"]
    assert (flow["flow"], flow["flow_type"], flow["changes"]) == (
        "Inbound",
        "CONTACT_FLOW",
        ["unwrapped from ContactFlow / Content / text"],
    )
    assert shown["map"]["f1"] == "Inbound"
    assert [local for foreign, local in shown["map"].items() if foreign.endswith(QUEUE_ID)] == [""]
    assert set(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("no_box")
def test_import_when_into_a_folder_then_a_bundle_that_says_what_is_open(
    described: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "branch"
    assert main(["flow", "import", str(described), "--into", str(folder)]) == ExitCode.OK
    assert "Inbound: flow, CONTACT_FLOW, 5 actions\n  unwrapped from" in capsys.readouterr().out
    document = json.loads((folder / "flows" / "Inbound.json").read_text())
    assert document["Metadata"]["name"] == "Inbound"
    assert json.loads((folder / "map.json").read_text())["f1"] == "Inbound"
    assert main(["flow", "import", str(described), "--into", str(folder)]) == ExitCode.FAILURE
    assert "--replace" in capsys.readouterr().err


@pytest.mark.usefixtures("no_box")
def test_import_when_the_map_was_filled_in_then_it_is_kept(described: Path, tmp_path: Path) -> None:
    folder = tmp_path / "branch"
    main(["flow", "import", str(described), "--into", str(folder)])
    names = json.loads((folder / "map.json").read_text())
    (queue,) = [foreign for foreign, local in names.items() if not local]
    (folder / "map.json").write_text(json.dumps({**names, queue: "sales"}))
    assert main(["flow", "import", str(described), "--into", str(folder), "--replace"]) == ExitCode.OK
    assert json.loads((folder / "map.json").read_text())[queue] == "sales"


@pytest.mark.usefixtures("no_box")
def test_import_when_one_file_holds_no_flow_then_the_others_are_imported_and_exit_code_1(
    described: Path, told: Told, tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    code, shown = told("flow", "import", other, described, tmp_path / "gone.json")
    assert code == ExitCode.FAILURE
    assert [flow["flow"] for flow in shown["flows"]] == ["Inbound"]
    assert len(shown["problems"]) == 2


@pytest.mark.usefixtures("no_box")
def test_import_when_two_flows_have_one_name_then_the_second_gets_another_and_says_so(
    described: Path, told: Told, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    copy.write_text(described.read_text())
    _, shown = told("flow", "import", described, copy, "--into", tmp_path / "branch")
    assert [flow["flow"] for flow in shown["flows"]] == ["Inbound", "Inbound-2"]
    assert "renamed from 'Inbound', which is taken" in shown["flows"][1]["changes"]


@pytest.mark.usefixtures("office")
def test_import_when_a_queue_of_the_box_has_the_name_it_had_in_the_cloud_then_mapped_and_installed(
    described: Path, told: Told
) -> None:
    told("queue", "add", "sales")
    code, shown = told("flow", "import", described, "--install")
    assert code == ExitCode.OK
    assert shown["installed"]["flows"] == ["Inbound"]
    assert "sales" in shown["map"].values()
    _, rows = told("flow", "map")
    assert [row["state"] for row in rows["rows"] if row["kind"] == "queue"] == ["mapped"]


@pytest.mark.usefixtures("no_box")
@pytest.mark.skipif(not SHARED.exists(), reason="the public flows are not here")
def test_import_when_files_are_the_public_flows_then_none_fails_and_the_bundle_is_sound(
    told: Told, tmp_path: Path
) -> None:
    files = sorted(file for kind in ("new", "legacy") for file in (SHARED / kind).iterdir())
    code, shown = told("flow", "import", *files, "--into", tmp_path / "all")
    assert code == ExitCode.OK
    assert len(shown["flows"]) >= len(files) >= 100
    assert all(flow["changes"] for flow in shown["flows"] if flow["legacy"])
    _, judged = told("flow", "check", tmp_path / "all")
    assert {one["flow"] for one in judged} == {flow["flow"] for flow in shown["flows"]}


def test_import_when_told_two_places_then_usage(menu_file: Path, tmp_path: Path) -> None:
    words = ["flow", "import", str(menu_file), "--into", str(tmp_path / "x"), "--install"]
    assert main(words) == ExitCode.USAGE
