"""Flows in a terminal: run, test, draw."""

from __future__ import annotations

import io
import json
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

Json = dict[str, Any]
Told = Callable[..., Any]
Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("no_box")


def log_of(text: str) -> list[Json]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def written(tmp_path: Path, document: Json, name: str = "flow.json") -> Path:
    file = tmp_path / name
    file.write_text(json.dumps(document))
    return file


def flow(*actions: Json) -> Json:
    end = {"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    return {"Version": "2019-10-30", "StartAction": actions[0]["Identifier"], "Actions": [*actions, end]}


def step(name: str, kind: str, parameters: Json, then: str = "bye", **errors: str) -> Json:
    ways = [{"ErrorType": error, "NextAction": to} for error, to in errors.items()]
    return {
        "Identifier": name,
        "Type": kind,
        "Parameters": parameters,
        "Transitions": {"NextAction": then, "Errors": ways, "Conditions": []},
    }


def said(tmp_path: Path, document: Json, told: Told, *words: str) -> list[str]:
    _, shown = told("flow", "run", written(tmp_path, document), "--keys", "", *words)
    return [heard["says"] for heard in shown["heard"]]


def test_run_when_keys_are_given_then_prompts_and_the_documented_log(menu_file: Path, capsys: Capture) -> None:
    words = ["flow", "run", str(menu_file), "--keys", "timeout", "--at", "2026-12-24T16:30+09:00"]
    assert main([*words[:4], "1", *words[5:], "--from", "+8225550100"]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert "say: Welcome +8225550100" in lines
    assert lines.index("key: 1") > lines.index("say: For sales press 1.")
    first = log_of("\n".join(lines))[0]
    assert {key: first[key] for key in ("ContactFlowName", "ContactFlowModuleType", "Identifier", "Results")} == {
        "ContactFlowName": "Main menu",
        "ContactFlowModuleType": "PlayPrompt",
        "Identifier": "hello",
        "Results": "Success",
    }
    assert first["Timestamp"].startswith("2026-12-24T07:30:0")
    assert [entry["Results"] for entry in log_of("\n".join(lines))] == ["Success", "1", "Success", "Success"]
    assert lines[-1].startswith("-- TRANSFERED_TO_QUEUE, queue arn:aws")


def test_run_when_caller_is_silent_then_the_branch_for_it(menu_file: Path, told: Told) -> None:
    _, shown = told("flow", "run", menu_file, "--keys", "timeout")
    assert shown["outcome"] == "DISCONNECTED_PARTICIPANT"
    assert [entry["Results"] for entry in shown["log"]] == ["Success", "InputTimeLimitExceeded", "Success"]


def test_run_when_queue_is_full_then_the_branch_for_it(menu_file: Path, told: Told) -> None:
    _, shown = told("flow", "run", menu_file, "--keys", "1", "--queue-full")
    assert shown["log"][-2]["Results"] == "QueueAtCapacity"


@pytest.mark.parametrize(("word", "result"), [("--open", "True"), ("--closed", "False")])
def test_run_when_hours_are_set_then_they_hold(word: str, result: str, tmp_path: Path, told: Told) -> None:
    asked = step(
        "hours", "CheckHoursOfOperation", {"HoursOfOperationId": "arn:x/operating-hours/h"}, NoMatchingError="bye"
    )
    asked["Transitions"]["Conditions"] = [
        {"NextAction": "bye", "Condition": {"Operator": "Equals", "Operands": [answer]}} for answer in ("True", "False")
    ]
    _, shown = told("flow", "run", written(tmp_path, flow(asked)), "--keys", "", word)
    assert shown["log"][0]["Results"] == result


def test_run_when_function_metrics_and_attributes_are_given_then_flow_reads_them(tmp_path: Path, told: Told) -> None:
    document = flow(
        step(
            "f",
            "InvokeLambdaFunction",
            {"LambdaFunctionARN": "arn:aws:lambda:r:1:function:look"},
            "m",
            NoMatchingError="bye",
        ),
        step("m", "GetMetricData", {}, "say", NoMatchingError="bye"),
        step(
            "say",
            "MessageParticipant",
            {"Text": "$.External.name $.Metrics.Queue.Size $.Attributes.a $.Agent.UserName $.Queue.Name"},
        ),
    )
    words = ("--function", 'look={"name": "Kim"}', "--metric", "Queue.Size=3", "--attribute", "a=b")
    more = ("--override", "Agent.UserName=lee", "--queue", "sales")
    assert said(tmp_path, document, told, *words, *more) == ["Kim 3 b lee sales"]


def test_run_when_function_has_no_answer_then_error_branch(tmp_path: Path, told: Told) -> None:
    document = flow(step("f", "InvokeLambdaFunction", {"LambdaFunctionARN": "look"}, "bye", NoMatchingError="bye"))
    _, shown = told("flow", "run", written(tmp_path, document), "--keys", "")
    assert (shown["log"][0]["Results"], shown["log"][0]["Lacking"]) == ("NoMatchingError", "substitute")


def test_run_when_flow_is_dropped_then_exit_code_1(tmp_path: Path, told: Told) -> None:
    document = flow(step("f", "InvokeLambdaFunction", {"LambdaFunctionARN": "look"}))
    code, shown = told("flow", "run", written(tmp_path, document), "--keys", "")
    assert (code, shown["outcome"]) == (ExitCode.FAILURE, "DROPPED")


@pytest.mark.parametrize(
    "words",
    [("--keys", "x"), ("--keys", "1,x2"), ("--at", "noon"), ("--metric", "x"), ("--function", "f=nojson")],
)
def test_run_when_options_make_no_sense_then_usage(words: tuple[str, ...], menu_file: Path) -> None:
    assert main(["flow", "run", str(menu_file), "--keys", "1", *words]) == ExitCode.USAGE


def test_run_when_file_holds_several_flows_then_one_must_be_chosen(
    menu: Json, tmp_path: Path, told: Told, capsys: Capture
) -> None:
    other = flow(step("say", "MessageParticipant", {"Text": "the other"}))
    file = written(tmp_path, {"flows": [menu, other]})
    assert main(["flow", "run", str(file), "--keys", ""]) == ExitCode.FAILURE
    assert "choose one with --flow: Main menu, flow-2" in capsys.readouterr().err
    _, shown = told("flow", "run", file, "--flow", "flow-2", "--keys", "")
    assert shown["heard"][0]["says"] == "the other"


def test_run_when_no_time_is_given_then_the_clock_is_now(menu_file: Path, told: Told) -> None:
    before = time.time()
    _, shown = told("flow", "run", menu_file, "--keys", "1")
    stamp = datetime.fromisoformat(shown["log"][0]["Timestamp"]).timestamp()
    assert before - 1 <= stamp <= time.time() + 60


def test_run_when_caller_is_at_the_keyboard_then_asked_when_the_flow_waits(
    menu_file: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("7x\n1\n"))
    assert main(["flow", "run", str(menu_file)]) == ExitCode.OK
    seen = capsys.readouterr()
    assert seen.err.count("keys, or Enter for silence> ") == 2
    assert "-- keys are 0-9, * and #" in seen.out
    assert "key: 1" in seen.out.splitlines()


@pytest.mark.parametrize("typed", ["", ".\n", "9\n"])
def test_run_when_keyboard_ends_then_the_caller_hangs_up(
    typed: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = step("ask", "GetParticipantInput", {"Text": "?", "StoreInput": "False"}, "ask", NoMatchingCondition="ask")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert main(["flow", "run", str(written(tmp_path, flow(asked)))]) == ExitCode.OK
    assert "-- the caller hangs up" in capsys.readouterr().out


def test_run_when_flow_asks_for_ever_then_a_silent_caller_hangs_up_some_time(tmp_path: Path, capsys: Capture) -> None:
    asked = step(
        "ask", "GetParticipantInput", {"Text": "?", "StoreInput": "False"}, "ask", InputTimeLimitExceeded="ask"
    )
    assert main(["flow", "run", str(written(tmp_path, flow(asked))), "--keys", ""]) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines.count("say: ?") < 25
    assert "-- the caller hangs up" in lines


def case(keys: str, wanted: str) -> Json:
    press = {
        "Identifier": "press",
        "Type": "SendInstruction",
        "Parameters": {"Actor": "Customer", "Instruction": {"Type": "DtmfInput", "Properties": {"Value": keys}}},
    }
    return {
        "Version": "2025-06-21",
        "Metadata": {},
        "Observations": [
            {
                "Identifier": "menu",
                "Event": {
                    "Type": "MessageReceived",
                    "Properties": {"Text": "press 1", "MatchingCriteria": "Inclusion"},
                },
                "Usage": {"Type": "EXACTLY", "Times": 1},
                "Actions": [press],
                "Transitions": {"NextObservations": ["then"]},
            },
            {
                "Identifier": "then",
                "Event": {"Type": "FlowActionStarted", "Properties": {"ActionType": wanted}},
                "Usage": {"Type": "EXACTLY"},
                "Actions": [],
            },
        ],
    }


def test_case_when_flow_does_as_written_then_passed(menu_file: Path, tmp_path: Path, capsys: Capture) -> None:
    file = written(tmp_path, case("1", "TransferContactToQueue"), "case.json")
    assert main(["flow", "test", str(file), "--on", str(menu_file)]) == ExitCode.OK
    assert capsys.readouterr().out == f"passed  {file}: 2 observations\n"


def test_case_when_flow_does_otherwise_then_failed_with_exit_code_1(
    menu_file: Path, tmp_path: Path, told: Told
) -> None:
    good = written(tmp_path, case("1", "TransferContactToQueue"), "good.json")
    bad = written(tmp_path, case("9", "TransferContactToQueue"), "bad.json")
    code, shown = told("flow", "test", good, bad, "--on", menu_file)
    assert code == ExitCode.FAILURE
    assert [(Path(result["case"]).name, result["passed"]) for result in shown] == [
        ("good.json", True),
        ("bad.json", False),
    ]
    assert shown[1]["faults"] == ["observation 'then' was not made"]


def test_case_when_it_comes_as_the_api_gives_it_then_entry_point_names_the_flow(
    menu: Json, tmp_path: Path, told: Told
) -> None:
    (tmp_path / "set").mkdir()
    written(tmp_path / "set", menu, "menu.json")
    written(tmp_path / "set", flow(step("say", "MessageParticipant", {"Text": "x"})), "other.json")
    entry = {"FlowId": "Main menu", "SourcePhoneNumber": "+8225550100"}
    whole = {
        "TestCase": {
            "Content": json.dumps(case("1", "TransferContactToQueue")),
            "EntryPoint": {"Type": "VOICE_CALL", "VoiceCallEntryPointParameters": entry},
        }
    }
    assert told("flow", "test", written(tmp_path, whole, "api.json"), "--on", tmp_path / "set")[0] == ExitCode.OK
    entry["FlowId"] = "nowhere"
    whole["TestCase"]["EntryPoint"] = {"VoiceCallEntryPointParameters": entry}
    assert told("flow", "test", written(tmp_path, whole, "api.json"), "--on", tmp_path / "set")[0] == ExitCode.FAILURE


def test_case_when_it_is_none_then_exit_code_1(menu_file: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["flow", "test", str(written(tmp_path, {}, "c.json")), "--on", str(menu_file)]) == ExitCode.FAILURE
    assert "no test case" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
@pytest.mark.parametrize(
    ("ending", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("dot", b'digraph "Main menu"')]
)
def test_draw_when_asked_then_a_picture_of_that_kind(
    ending: str, begins: bytes, menu_file: Path, tmp_path: Path
) -> None:
    target = tmp_path / f"menu.{ending}"
    assert main(["flow", "draw", str(menu_file), "--output", str(target)]) == ExitCode.OK
    assert target.read_bytes().startswith(begins)
    assert main(["flow", "draw", str(menu_file), "--output", str(target)]) == ExitCode.FAILURE
    assert main(["flow", "draw", str(menu_file), "--output", str(target), "--replace"]) == ExitCode.OK


def test_draw_when_ending_is_unknown_then_usage(menu_file: Path, tmp_path: Path) -> None:
    assert main(["flow", "draw", str(menu_file), "--output", str(tmp_path / "menu.gif")]) == ExitCode.USAGE


def test_draw_when_graphviz_is_missing_then_how_to_install_it(
    menu_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["flow", "draw", str(menu_file), "--output", str(tmp_path / "menu.svg")]) == ExitCode.FAILURE
    assert "apt install graphviz" in capsys.readouterr().err
