"""Each command asks the switchboard for the right thing and shows the answer to people and to programs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.cli.main import main

if TYPE_CHECKING:
    from conftest import FakeSwitchboard

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]
CONTACT = "0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77"
ASKED: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
    (("status",), "status", {}),
    (("extension", "add", "101", "--name", "Desk"), "extension.add", {"extension": "101", "name": "Desk"}),
    (("extension", "remove", "101"), "extension.remove", {"extension": "101"}),
    (("extension", "list"), "extension.list", {}),
    (
        ("agent", "add", "kim", "--extension", "101", "--queue", "sales", "--queue", "help", "--name", "Kim"),
        "agent.add",
        {"agent": "kim", "extension": "101", "name": "Kim", "queues": [{"queue": "sales"}, {"queue": "help"}]},
    ),
    (
        ("agent", "add", "kim", "--profile", "first", "--wrap-up", "queue", "--auto-accept"),
        "agent.add",
        {"agent": "kim", "profile": "first", "wrap_up_s": "queue", "auto_accept": True},
    ),
    (("agent", "add", "kim", "--wrap-up", "0"), "agent.add", {"agent": "kim", "wrap_up_s": 0.0}),
    (
        ("agent", "proficiency", "kim", "language", "ko", "4.5"),
        "agent.proficiency",
        {"agent": "kim", "name": "language", "value": "ko", "level": 4.5},
    ),
    (
        ("agent", "proficiency", "kim", "language", "ko", "--remove"),
        "agent.proficiency",
        {"agent": "kim", "name": "language", "value": "ko"},
    ),
    (
        ("routing-profile", "add", "first", "--queue", "sales:2:30", "--outbound-queue", "sales"),
        "routing_profile.add",
        {
            "profile": "first",
            "queues": [{"queue": "sales", "priority": 2, "delay_s": 30}],
            "outbound_queue": "sales",
        },
    ),
    (
        ("routing-profile", "add", "first", "--name", "F", "--idle-since", "last-inbound"),
        "routing_profile.add",
        {"profile": "first", "name": "F", "timer": "TIME_SINCE_LAST_INBOUND"},
    ),
    (("routing-profile", "remove", "first"), "routing_profile.remove", {"profile": "first"}),
    (("routing-profile", "list"), "routing_profile.list", {}),
    (("agent", "remove", "kim"), "agent.remove", {"agent": "kim"}),
    (("agent", "list"), "agent.list", {}),
    (("agent", "status", "kim", "Available"), "agent.status", {"agent": "kim", "status": "Available"}),
    (("agent", "status", "kim"), "agent.status", {"agent": "kim"}),
    (("agent", "clear", "kim"), "agent.clear", {"agent": "kim"}),
    (
        ("agent", "login", "kim", "--extension", "105"),
        "agent.login",
        {"agent": "kim", "extension": "105"},
    ),
    (("agent", "logout", "kim"), "agent.logout", {"agent": "kim"}),
    (("agent", "extend", "kim", "--seconds", "90"), "agent.extend", {"agent": "kim", "seconds": 90.0}),
    (("agent", "pin", "kim", "--make"), "agent.pin", {"agent": "kim"}),
    (
        ("agent-status", "add", "Training", "--description", "D", "--order", "9", "--disable"),
        "agent_status.add",
        {"status": "Training", "description": "D", "order": 9, "enabled": False},
    ),
    (("agent-status", "remove", "Training"), "agent_status.remove", {"status": "Training"}),
    (("agent-status", "list"), "agent_status.list", {}),
    (
        ("disposition", "add", "1", "Sold", "--queue", "sales"),
        "disposition.add",
        {"code": "1", "name": "Sold", "queue": "sales"},
    ),
    (("disposition", "remove", "1"), "disposition.remove", {"code": "1"}),
    (("disposition", "list"), "disposition.list", {}),
    (("contact", "disposition", CONTACT, "1"), "contact.disposition", {"contact": CONTACT, "code": "1"}),
    (
        ("contact", "note", CONTACT, "Call again", "--agent", "kim"),
        "contact.note",
        {"contact": CONTACT, "text": "Call again", "agent": "kim"},
    ),
    (("queue", "add", "sales"), "queue.add", {"queue": "sales"}),
    (
        ("queue", "add", "sales", "--name", "S", "--room", "9", "--ring", "15", "--wrap-up", "0", "--flow", "f"),
        "queue.add",
        {"queue": "sales", "name": "S", "max_contacts": 9, "ring_timeout_s": 15.0, "wrap_up_s": 0.0, "flow": "f"},
    ),
    (
        ("queue", "add", "sales", "--hours", "office", "--caller-id", "+8225550100"),
        "queue.add",
        {"queue": "sales", "hours": "office", "caller_id": "+8225550100"},
    ),
    (
        ("queue", "add", "sales", "--order", "round-robin", "--last-agent", "30", "--disabled"),
        "queue.add",
        {"queue": "sales", "agent_order": "round_robin", "last_agent_s": 30.0, "enabled": False},
    ),
    (("queue", "remove", "sales"), "queue.remove", {"queue": "sales"}),
    (("queue", "list"), "queue.list", {}),
    (("flow", "list"), "flow.list", {}),
    (("hours", "remove", "office"), "hours.remove", {"name": "office"}),
    (("contact", "list"), "contact.list", {"limit": 20}),
    (("contact", "list", "--open", "--limit", "5"), "contact.list", {"limit": 5, "open": True}),
    (("contact", "hold", CONTACT), "contact.command", {"contact": CONTACT, "command": "hold"}),
    (("contact", "resume", CONTACT), "contact.command", {"contact": CONTACT, "command": "resume"}),
    (
        ("contact", "dial", "--agent", "kim", "--queue", "sales", "+8225550100"),
        "contact.dial",
        {"agent": "kim", "number": "+8225550100", "queue": "sales"},
    ),
    *(
        (("contact", name, CONTACT), "contact.command", {"contact": CONTACT, "command": name})
        for name in ("toggle", "conference", "complete", "drop")
    ),
    (
        ("contact", "consult", CONTACT, "quick:desk"),
        "contact.command",
        {"contact": CONTACT, "command": "consult", "target": "quick:desk"},
    ),
    (
        ("quick-connect", "add", "desk", "--type", "user", "kim", "--flow", "f", "--queue", "sales", "--queue", "help"),
        "quick_connect.add",
        {"name": "desk", "type": "USER", "target": "kim", "flow": "f", "queues": ["sales", "help"]},
    ),
    (("quick-connect", "remove", "desk"), "quick_connect.remove", {"name": "desk"}),
    (("quick-connect", "list", "--queue", "sales"), "quick_connect.list", {"queue": "sales"}),
    (
        ("contact", "monitor", CONTACT, "--supervisor", "lee"),
        "contact.monitor",
        {"contact": CONTACT, "supervisor": "lee", "mode": "listen"},
    ),
    (
        ("contact", "mode", CONTACT, "--supervisor", "lee", "--mode", "barge"),
        "contact.mode",
        {"contact": CONTACT, "supervisor": "lee", "mode": "barge"},
    ),
    (
        ("contact", "take-over", CONTACT, "--supervisor", "lee"),
        "contact.take_over",
        {"contact": CONTACT, "supervisor": "lee"},
    ),
    (("contact", "hangup", CONTACT), "contact.command", {"contact": CONTACT, "command": "hangup"}),
    (("contact", "mute", CONTACT), "contact.command", {"contact": CONTACT, "command": "mute", "leg": "customer"}),
    (
        ("contact", "unmute", CONTACT, "--leg", "agent-1"),
        "contact.command",
        {"contact": CONTACT, "command": "unmute", "leg": "agent-1"},
    ),
    (
        ("contact", "transfer", CONTACT, "queue:sales"),
        "contact.command",
        {"contact": CONTACT, "command": "transfer", "target": "queue:sales"},
    ),
    (("recording", "list"), "recording.list", {}),
    (("config", "reload"), "config.reload", {}),
]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: " ".join(case[0]))
def test_command_when_box_runs_then_it_asks_and_json_is_the_bare_result(
    case: tuple[tuple[str, ...], str, dict[str, Any]], box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    words, op, args = case
    box.answers[op] = {"extension": "101", "password": "made-up"}
    assert run(*words, "--json") == ExitCode.OK
    assert box.asked == (op, args)
    assert json.loads(capsys.readouterr().out) == {"extension": "101", "password": "made-up"}


@pytest.mark.parametrize("words", [words for words, *_ in ASKED], ids=" ".join)
def test_command_when_refused_then_exit_code_4_and_the_reason(
    words: tuple[str, ...], box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    assert run(*words) == ExitCode.REFUSED
    assert capsys.readouterr().err == "linekeeper: there is no such thing; look again\n  first\n  second\n"
    assert len(box.requests) == 1


def test_command_when_refused_and_json_then_document_of_the_switchboard(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    assert run("queue", "list", "--json") == ExitCode.REFUSED
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "error": {
            "kind": "not_found",
            "message": "there is no such thing; look again",
            "problems": ["first", "second"],
        },
    }
    assert len(box.requests) == 1


def test_contact_command_when_it_does_not_fit_then_exit_code_4_and_the_reason(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    why = f"contact {CONTACT}: nobody is consulted; begin with 'consult'"
    box.fault = {"kind": "conflict", "message": why, "problems": []}
    assert run("contact", "toggle", CONTACT) == ExitCode.REFUSED
    assert capsys.readouterr().err == f"linekeeper: {why}\n"
    assert run("contact", "toggle", CONTACT, "--json") == ExitCode.REFUSED
    assert json.loads(capsys.readouterr().out)["error"] == box.fault


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("agent", "status", "kim", "Offline"),
        ("agent", "clear", "kim"),
        ("contact", "hold", CONTACT),
        ("config", "reload"),
    ],
)
def test_live_command_when_box_is_down_then_exit_code_3_and_how_to_start_it(
    words: tuple[str, ...], run: Run, capsys: Capture
) -> None:
    assert run(*words) == ExitCode.NOT_RUNNING
    assert "start it with 'systemctl start linekeeper.target' or 'linekeeper up'" in capsys.readouterr().err


@pytest.mark.parametrize("raw", [b"", b"nonsense\n", b'{"ok": "perhaps"}\n'])
def test_command_when_answer_is_none_of_ours_then_exit_code_3(
    raw: bytes, box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    box.raw = raw
    assert run("queue", "list") == ExitCode.NOT_RUNNING
    assert capsys.readouterr().err.startswith("linekeeper: ")


def test_extension_add_when_no_password_then_the_made_one_is_shown_once(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    box.answers["extension.add"] = {"extension": "101", "password": "made-up"}
    assert run("extension", "add", "101") == ExitCode.OK
    assert capsys.readouterr().out == "extension 101 can register\npassword: made-up\n"


def test_extension_add_when_password_on_stdin_then_it_is_sent_and_not_shown(
    box: FakeSwitchboard, run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.answers["extension.add"] = {"extension": "101", "password": "hunter22"}
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter22\n"))
    assert run("extension", "add", "101", "--password-stdin") == ExitCode.OK
    assert box.asked[1]["password"] == "hunter22"
    assert "hunter22" not in capsys.readouterr().out


@pytest.mark.parametrize("options", [("--password-stdin",), ("--password-stdin", "--ask-password")])
def test_extension_add_when_password_options_make_no_sense_then_usage(
    options: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("extension", "add", "101", *options) == ExitCode.USAGE


def test_agent_list_when_shown_to_people_then_table_of_what_is_known(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    box.answers["agent.list"] = [
        {
            "agent": "kim",
            "extension": "101",
            "served": [
                {"queue": "sales", "priority": 1, "delay_s": 0.0},
                {"queue": "help", "priority": 2, "delay_s": 30.0},
            ],
            "proficiencies": [{"name": "language", "value": "ko", "level": 4.0}],
            "status": "Available",
            "contact": None,
        }
    ]
    assert run("agent", "list") == ExitCode.OK
    heading, _, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["agent", "extension", "queues", "proficiencies", "status", "contact"]
    assert row.split() == ["kim", "101", "sales,", "help:2:30", "language=ko", "4", "Available", "-"]


def test_queue_list_when_shown_to_people_then_who_serves_it(box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    members = [{"agent": "kim", "priority": 1, "delay_s": 0.0}, {"agent": "lee", "priority": 3, "delay_s": 0.0}]
    box.answers["queue.list"] = [{"queue": "sales", "members": members, "agent_order": "round_robin"}]
    assert run("queue", "list") == ExitCode.OK
    heading, _, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["queue", "agents", "agent", "order"]
    assert row.split() == ["sales", "kim,", "lee:3", "round-robin"]


def test_routing_profile_list_when_shown_to_people_then_queues_as_they_are_typed(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    served = [{"queue": "sales", "priority": 1, "delay_s": 30.0}]
    box.answers["routing_profile.list"] = [
        {"profile": "first", "served": served, "timer": "TIME_SINCE_LAST_INBOUND", "agents": ["kim"]}
    ]
    assert run("routing-profile", "list") == ExitCode.OK
    assert capsys.readouterr().out.splitlines()[2].split() == ["first", "sales:1:30", "last-inbound", "kim"]


@pytest.mark.parametrize("words", [("ko",), ("ko", "3", "--remove"), ("ko", "6"), ("ko", "0.5")])
def test_proficiency_when_level_and_removal_contradict_then_usage_error(
    words: tuple[str, ...], box: FakeSwitchboard, run: Run
) -> None:
    assert run("agent", "proficiency", "kim", "language", *words) == ExitCode.USAGE
    assert box.requests == []


@pytest.mark.parametrize("queue", ["sales:x", "sales:1:2:3", "sales:", "sales:-1"])
def test_served_queue_when_it_has_another_form_then_usage_error(queue: str, box: FakeSwitchboard, run: Run) -> None:
    assert run("routing-profile", "add", "first", "--queue", queue) == ExitCode.USAGE
    assert box.requests == []


@pytest.mark.parametrize("what", ["extension", "agent", "queue", "flow", "contact", "recording"])
def test_list_when_empty_then_a_sentence(what: str, box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    box.answers[f"{what}.list"] = []
    assert run(what, "list") == ExitCode.OK
    assert capsys.readouterr().out.startswith("no ")


def test_contact_show_when_shown_to_people_then_record_and_events(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    box.answers["contact.show"] = {
        "contact": {"contact": CONTACT, "stage": "closed", "open": False},
        "record": {"ContactId": CONTACT, "Channel": "VOICE"},
        "events": [
            {
                "writer": "contact",
                "seq": 3,
                "time": "2026-11-22T09:30:00Z",
                "wall_s": 1.5,
                "type": "LegAnswered",
                "leg": "customer",
                "trunk": None,
            }
        ],
    }
    assert run("contact", "show", CONTACT) == ExitCode.OK
    shown = capsys.readouterr().out
    assert '"Channel": "VOICE"' in shown
    assert "2026-11-22T09:30:00Z  3     contact  LegAnswered  leg customer" in shown


def test_contact_show_when_under_way_then_no_record(box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    box.answers["contact.show"] = {"contact": {"contact": CONTACT}, "record": None, "events": []}
    assert run("contact", "show", CONTACT) == ExitCode.OK
    assert "record" not in capsys.readouterr().out


def test_status_when_nested_then_lines_and_tables(box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    box.answers["status"] = status(recording_full=False)
    assert run("status") == ExitCode.OK
    shown = capsys.readouterr().out
    assert "contacts        2\n" in shown
    assert "recording full  no\n" in shown
    assert "processes       all answer; 3 of 4 free\n" in shown
    assert "edge            answers; 2 phones; today: refused contacts 1, unknown numbers 0\n" in shown
    assert "sales" in shown


def test_status_when_something_does_not_answer_then_says_so_and_since_when(
    box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    today = {"refused_contacts": 0, "unknown_numbers": 2, "floods": 7}
    box.answers["status"] = status(
        edge={"answers": False, "state": "not answering since 2026-11-22T09:30:00Z", "phones": None, "today": today},
        processes={"state": "none answers since 2026-11-22T09:31:00Z", "free": 0, "capacity": 4},
    )
    assert run("status") == ExitCode.OK
    shown = capsys.readouterr().out
    assert "not answering since 2026-11-22T09:30:00Z; today: refused contacts 0, unknown numbers 2, floods 7\n" in shown
    assert "none answers since 2026-11-22T09:31:00Z; 0 of 4 free\n" in shown


def status(**more: Any) -> dict[str, Any]:
    return {
        "contacts": 2,
        "processes": {"state": "all answer", "free": 3, "capacity": 4},
        "edge": {
            "answers": True,
            "state": "answers",
            "phones": 2,
            "today": {"refused_contacts": 1, "unknown_numbers": 0, "floods": 0},
        },
        "queues": [{"queue": "sales", "waiting": 1}],
        **more,
    }


def test_agent_clear_when_done_then_what_the_agent_does_now(box: FakeSwitchboard, run: Run, capsys: Capture) -> None:
    box.answers["agent.clear"] = {"agent": "kim", "activity": "on_contact"}
    assert run("agent", "clear", "kim") == ExitCode.OK
    assert capsys.readouterr().out == "agent kim: on contact\n"


FLOW: dict[str, Any] = {
    "Version": "2019-10-30",
    "StartAction": "bye",
    "Actions": [{"Identifier": "bye", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}],
}


def test_flow_check_when_good_then_facts(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "bye.json"
    file.write_text(json.dumps(FLOW))
    assert main(["flow", "check", str(file), "--json"]) == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert (shown["flow"], shown["actions"], shown["findings"]) == ("bye", 1, [])


@pytest.mark.parametrize("content", ["[", json.dumps(FLOW | {"StartAction": "gone"})])
def test_flow_check_when_broken_then_exit_code_1_and_every_problem(
    content: str, tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "bye.json"
    file.write_text(content)
    assert main(["flow", "check", str(file), "--json"]) == ExitCode.FAILURE
    assert json.loads(capsys.readouterr().out)["error"]["problems"]


def with_first(action_type: str, **parameters: object) -> str:
    """The flow with an action of that type before its end."""
    first = {"Identifier": "hello", "Type": action_type, "Parameters": parameters, "Transitions": {"NextAction": "bye"}}
    return json.dumps(FLOW | {"StartAction": "hello", "Actions": [first, *FLOW["Actions"]]})


def test_flow_check_when_type_is_unknown_then_what_was_meant(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "play.json"
    file.write_text(with_first("PlayPrompt"))
    assert main(["flow", "check", str(file)]) == ExitCode.OK
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("warning hello: ")
    assert first.endswith("; did you mean MessageParticipant?")


def test_flow_check_when_an_action_can_only_fail_then_exit_code_1(tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "play.json"
    file.write_text(with_first("UpdateContactTargetQueue"))
    assert main(["flow", "check", str(file)]) == ExitCode.FAILURE
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("error   hello: ")
    assert shown[-1].endswith("has errors")


def test_flow_check_when_file_is_missing_then_exit_code_1(tmp_path: Path, capsys: Capture) -> None:
    assert main(["flow", "check", str(tmp_path / "no.json")]) == ExitCode.FAILURE
    assert "can't be read" in capsys.readouterr().err


def test_flow_install_when_good_then_document_goes_to_the_box(
    tmp_path: Path, box: FakeSwitchboard, run: Run, capsys: Capture
) -> None:
    file = tmp_path / "bye.json"
    file.write_text(json.dumps(FLOW))
    box.answers["flow.install"] = {"flow": "night", "flow_type": "CONTACT_FLOW", "sha256": "ab" * 32}
    assert run("flow", "install", str(file), "--name", "night", "--type", "CONTACT_FLOW") == ExitCode.OK
    op, args = box.asked
    assert (op, args["name"], args["flow_type"]) == ("flow.install", "night", "CONTACT_FLOW")
    assert json.loads(args["document"]) == FLOW
    assert capsys.readouterr().out == "flow night is installed (CONTACT_FLOW, version abababababab)\n"


def test_flow_install_when_broken_then_the_box_is_not_bothered(tmp_path: Path, box: FakeSwitchboard, run: Run) -> None:
    file = tmp_path / "bye.json"
    file.write_text("{}")
    assert run("flow", "install", str(file)) == ExitCode.FAILURE
    assert box.requests == []


def test_contact_digits_when_piped_then_sent_and_not_shown(
    box: FakeSwitchboard, run: Run, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.answers["contact.command"] = {"contact": CONTACT, "command": "digits"}
    monkeypatch.setattr("sys.stdin", io.StringIO("4711#\n"))
    assert run("contact", "digits", CONTACT) == ExitCode.OK
    assert box.asked == ("contact.command", {"contact": CONTACT, "command": "digits", "digits": "4711#"})
    assert "4711" not in "".join(capsys.readouterr())


def test_contact_digits_when_there_are_none_then_usage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert run("contact", "digits", CONTACT) == ExitCode.USAGE
