"""Flow files as people have them, and a box that is down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.cli.main import main

Json = dict[str, Any]
INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/0a1b2c3d-0000-4000-8000-000000000001"
QUEUE = f"{INSTANCE}/queue/5f0e0000-0000-4000-8000-000000000002"
FLOW = f"{INSTANCE}/contact-flow/5f0e0000-0000-4000-8000-000000000003"
PROMPT = f"{INSTANCE}/prompt/5f0e0000-0000-4000-8000-000000000004"


def action(name: str, kind: str, parameters: Json, then: str | None = None, **when: str) -> Json:
    """`when`: operand → next (an underscore before digits); errors go to `bye`."""
    ways: Json = {} if then is None else {"NextAction": then}
    if then is not None:
        ways["Errors"] = [
            {"ErrorType": error, "NextAction": "bye"} for error in _ERRORS.get(kind, ("NoMatchingError",))
        ]
        ways["Conditions"] = [
            {"NextAction": to, "Condition": {"Operator": "Equals", "Operands": [operand.lstrip("_")]}}
            for operand, to in when.items()
        ]
    return {"Identifier": name, "Type": kind, "Parameters": parameters, "Transitions": ways}


_ERRORS = {
    "GetParticipantInput": ("InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"),
    "TransferContactToQueue": ("QueueAtCapacity", "NoMatchingError"),
}


def flow(*actions: Json, kind: str = "contactFlow", **metadata: Any) -> Json:
    return {
        "Version": "2019-10-30",
        "StartAction": actions[0]["Identifier"],
        "Metadata": {"type": kind, **metadata},
        "Actions": [*actions, action("bye", "DisconnectParticipant", {})],
    }


@pytest.fixture
def menu() -> Json:
    """Greets, asks, and puts those who press 1 into a queue of the cloud."""
    asked = {"Text": "For sales press 1.", "StoreInput": "False", "InputTimeLimitSeconds": "5"}
    return flow(
        action("hello", "MessageParticipant", {"Text": "Welcome $.CustomerEndpoint.Address"}, "ask"),
        action("ask", "GetParticipantInput", asked, "ask", _1="choose"),
        action("choose", "UpdateContactTargetQueue", {"QueueId": QUEUE}, "enter"),
        action("enter", "TransferContactToQueue", {}, "bye"),
        name="Main menu",
        ActionMetadata={"choose": {"queue": {"id": QUEUE, "text": "Sales"}}},
    )


@pytest.fixture
def menu_file(menu: Json, tmp_path: Path) -> Path:
    file = tmp_path / "menu.json"
    file.write_text(json.dumps(menu))
    return file


@pytest.fixture
def no_box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find no configuration."""
    monkeypatch.setenv("LINEKEEPER_CONFIG", str(tmp_path / "none.toml"))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a box that is down; commands find it."""
    (tmp_path / "run").mkdir()
    file = tmp_path / "box.toml"
    file.write_text('[box]\ndata_dir = "data"\nrun_dir = "run"\n[edge]\naddress = "127.0.0.1"\n')
    monkeypatch.setenv("LINEKEEPER_CONFIG", str(file))
    return tmp_path


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """`told("flow", "list")`: exit code and JSON of a command."""

    def run(*words: object) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*map(str, words), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run
