"""Flows that call functions on real calls: each kind, every misbehaviour, and nobody else's call the worse for it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from contact.functions.endpoint import Endpoint, Exchange, hold, serving
from kit import proc
from kit.box import RunningBox
from kit.flows import Document, action, flow
from kit.processes import wait_until
from kit.talk import PhoneMaker, contact_of, put_through

pytestmark = pytest.mark.scenario
BoxMaker = Callable[..., RunningBox]
SECRET, PIN = "s3cret-token-8231", "PIN-4711"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


def paths_of(exchange: Exchange) -> None:
    """Behaves as the path of the request says."""
    match exchange.path:
        case "/good":
            exchange.answer(json.dumps({"from": "http", "caller": _caller(exchange.event)}).encode())
        case "/error":
            exchange.answer(b"{}", status=503)
        case "/garbage":
            exchange.answer(b"<html>welcome to the hotel</html>")
        case "/huge":
            exchange.answer(json.dumps({"from": "x" * 40_000}).encode())
        case "/nested":
            exchange.answer(b'{"from": {"deep": "1"}}')
        case _:
            hold(exchange)


def _caller(event: Any) -> str:
    return str(event["Details"]["ContactData"]["CustomerEndpoint"]["Address"])


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving(paths_of) as endpoint:
        yield endpoint


def http(endpoint: Endpoint, name: str, **more: str) -> str:
    lines = [f"{key} = {value}" for key, value in {"url": f'"{endpoint.url("/" + name)}"', **more}.items()]
    return "\n".join(["[[functions]]", f'name = "{name}"', 'kind = "http"', *lines, ""])


def number(dialled: str, name: str) -> str:
    return f'[[numbers]]\nnumber = "{dialled}"\nflow = "{name}"\n'


def ask(
    identifier: str, reference: str, then: str, *, limit_s: int = 2, kind: str = "STRING_MAP", **more: Any
) -> list[Document]:
    """Call a function and keep what it gave as attribute `identifier`, "error" where it failed."""
    parameters = {
        "LambdaFunctionARN": reference,
        "InvocationTimeLimitSeconds": str(limit_s),
        "LambdaInvocationAttributes": {"pin": PIN, "id": "7"},
        "ResponseValidation": {"ResponseType": kind},
        **more,
    }
    got, error = {identifier: "$.External.from"}, {identifier: "error"}
    return [
        action(
            identifier,
            "InvokeLambdaFunction",
            parameters,
            f"{identifier}-got",
            errors={"NoMatchingError": f"{identifier}-not"},
        ),
        action(
            f"{identifier}-got",
            "UpdateContactAttributes",
            {"Attributes": got, "TargetContact": "Current"},
            then,
            errors={"NoMatchingError": then},
        ),
        action(
            f"{identifier}-not",
            "UpdateContactAttributes",
            {"Attributes": error, "TargetContact": "Current"},
            then,
            errors={"NoMatchingError": then},
        ),
    ]


def asking(name: str, *chain: tuple[str, str, dict[str, Any]]) -> Document:
    """A flow that calls one function after the other and hangs up."""
    actions: list[Document] = []
    for place, (identifier, reference, more) in enumerate(chain):
        then = chain[place + 1][0] if place + 1 < len(chain) else "end"
        actions += ask(identifier, reference, then, **more)
    return flow(name, "contactFlow", chain[0][0], *actions, action("end", "DisconnectParticipant", {}))


def attributes(box: RunningBox, contact: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in box.events(contact, "AttributesUpdated"):
        found |= event["attributes"]
    return found


def invoked(box: RunningBox, contact: str) -> dict[str, dict[str, Any]]:
    return {event["function"]: event for event in box.events(contact, "FunctionInvoked")}


def next_contact(box: RunningBox, extension: str, before: str) -> str:
    """The contact that this extension began after `before`."""
    row = box.wait_contact(lambda row: row["source"] == f"extension:{extension}" and row["contact"] != before)
    return str(row["contact"])


def functions_pid(box: RunningBox) -> int:
    """The functions service, by the name it gives itself."""
    for member in box.members():
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{member.pid}/comm").read_text().strip() == "lk-functions":
                return member.pid
    return 0


def test_flow_when_it_calls_functions_of_each_kind_then_each_answers_or_fails_in_its_own_way(
    make_box: BoxMaker, phone: PhoneMaker, endpoint: Endpoint, tmp_path: Path
) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "box" / "crm.headers").write_text(f"Authorization: Bearer {SECRET}\n")
    (tmp_path / "box" / "vip.csv").write_text("id,from\n7,table\n")
    script = "import json,sys; e=json.load(sys.stdin); print(json.dumps({'from': e['Details']['Parameters']['id']}))"
    extra = number("610", "functions")
    extra += http(endpoint, "good", headers_file='"crm.headers"', arns=f'["{ARN}crmLookup"]')
    extra += "".join(http(endpoint, name) for name in ("error", "garbage", "huge", "nested", "hang"))
    extra += f'[[functions]]\nname = "program"\nkind = "command"\ncommand = ["{sys.executable}", "-c", "{script}"]\n'
    extra += '[[functions]]\nname = "endless"\nkind = "command"\ncommand = ["/bin/sleep", "1000"]\n'
    extra += '[[functions]]\nname = "vip"\nkind = "table"\nfile = "vip.csv"\ncolumn = "id"\nparameter = "id"\n'
    box = make_box(extra=extra)
    names = ("program", "vip", "error", "garbage", "huge", "nested")
    chain = [("http", ARN + "crmLookup", {}), *((name, name, {}) for name in names)]
    chain += [(name, name, {"limit_s": 1}) for name in ("hang", "endless")]
    chain += [("unknown", ARN + "nobody", {}), ("later", "hang", {"InvocationType": "ASYNCHRONOUS"})]
    box.api.call("flow.install", name="functions", document=asking("functions", *chain))
    caller = phone(box, "101")
    caller.dial("610")
    caller.wait_for("CALL_CLOSED", timeout_s=40)
    contact = contact_of(box, "101")
    box.wait_closed(contact)
    failed = ("error", "garbage", "huge", "nested", "hang", "endless", "unknown")
    got = attributes(box, contact)
    assert got.pop("later") == "table"  # the latest answer there was: nobody waits for an asynchronous one
    assert got == {"http": "http", "program": "7", "vip": "table", **dict.fromkeys(failed, "error")}
    told = invoked(box, contact)
    assert {name: event["outcome"] for name, event in told.items()} == {
        **dict.fromkeys(("good", "program", "vip"), "returned"),
        **dict.fromkeys(("error", "garbage", "huge", "nested", "hang", "endless"), "failed"),
    }
    assert (told["error"]["tries"], told["garbage"]["tries"], told["hang"]["tries"]) == (3, 1, 1)
    wait_until(
        lambda: [request.path for request in endpoint.requests].count("/hang") == 2, timeout_s=10, what="asked later"
    )
    _check_requests(endpoint)
    _check_secrets(box, contact)


def _check_requests(endpoint: Endpoint) -> None:
    first = endpoint.requests[0]
    assert first.headers["Authorization"] == f"Bearer {SECRET}"
    assert first.event["Name"] == "ContactFlowEvent"
    assert first.event["Details"]["Parameters"] == {"pin": PIN, "id": "7"}
    assert first.event["Details"]["ContactData"]["Channel"] == "VOICE"
    assert _caller(first.event) == "101"
    assert not any("Authorization" in request.headers for request in endpoint.requests if request.path != "/good")


def _check_secrets(box: RunningBox, contact: str) -> None:
    assert not [member.command for member in box.members() if SECRET in member.command or PIN in member.command]
    assert SECRET not in box.log.read_text()
    assert PIN not in box.log.read_text()
    assert PIN not in json.dumps(box.show(contact))
    assert SECRET not in json.dumps(box.api.call("status"))


def test_function_when_it_hangs_then_other_contacts_do_not_wait(
    make_box: BoxMaker, phone: PhoneMaker, agent_phone: PhoneMaker, endpoint: Endpoint
) -> None:
    box = make_box(
        extra=number("610", "slow") + number("611", "quick") + http(endpoint, "hang") + http(endpoint, "good")
    )
    box.api.call("flow.install", name="slow", document=asking("slow", ("a", "hang", {"limit_s": 6})))
    box.api.call("flow.install", name="quick", document=asking("quick", ("a", "good", {})))
    slow, quick = phone(box, "101"), phone(box, "102")
    agent = agent_phone(box, "ann", "201", tone_hz=700)
    talker = phone(box, "103", tone_hz=440)
    slow.dial("610")
    slow.wait_for("CALL_ESTABLISHED")
    wait_until(lambda: endpoint.requests, timeout_s=10, what="the slow function is asked")
    quick.dial("611")
    quick.wait_for("CALL_CLOSED", timeout_s=10)
    assert box.wait_event(contact_of(box, "102"), "FunctionInvoked", function="good")["outcome"] == "returned"
    waiting = contact_of(box, "101")
    assert box.events(waiting, "FunctionInvoked") == []  # it still waits
    put_through(box, talker, agent)
    slow.wait_for("CALL_CLOSED", timeout_s=20)
    box.wait_closed(waiting)
    assert attributes(box, waiting) == {"a": "error"}


def test_caller_when_hanging_up_while_a_function_is_asked_then_the_contact_is_over_and_the_next_one_fine(
    make_box: BoxMaker, phone: PhoneMaker, endpoint: Endpoint
) -> None:
    extra = number("610", "slow") + number("611", "quick") + http(endpoint, "hang") + http(endpoint, "good")
    box = make_box(capacity=1, extra=extra)
    box.api.call("flow.install", name="slow", document=asking("slow", ("a", "hang", {"limit_s": 8})))
    box.api.call("flow.install", name="quick", document=asking("quick", ("a", "good", {})))
    caller = phone(box, "101")
    caller.dial("610")
    caller.wait_for("CALL_ESTABLISHED")
    wait_until(lambda: endpoint.requests, timeout_s=10, what="the slow function is asked")
    contact = contact_of(box, "101")
    caller.hang_up()
    box.wait_closed(contact)
    assert box.events(contact, "FunctionInvoked") == []
    box.be_quiet()
    caller.dial("611")  # the only process there is
    caller.wait_for("CALL_ESTABLISHED", timeout_s=10)
    after = next_contact(box, "101", contact)
    assert box.wait_event(after, "FunctionInvoked")["function"] == "good"
    box.wait_closed(after)
    assert attributes(box, after) == {"a": "http"}


def test_service_when_killed_or_standing_still_then_the_call_goes_on(
    make_box: BoxMaker, phone: PhoneMaker, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    script = f"echo >> {tmp_path}/asked; while ! [ -e {release} ]; do sleep 0.02; done; echo '{{}}'"
    extra = number("610", "patient") + number("611", "hasty")
    extra += f'[[functions]]\nname = "c"\nkind = "command"\ncommand = ["/bin/sh", "-c", "{script}"]\n'
    box = make_box(extra=extra)
    for name, limit_s in (("patient", 8), ("hasty", 2)):
        box.api.call("flow.install", name=name, document=asking(name, ("a", "c", {"limit_s": limit_s})))
    caller = phone(box, "101")

    def begin(dialled: str, asked: int) -> str:
        caller.dial(dialled)
        wait_until(
            lambda: (tmp_path / "asked").exists() and len((tmp_path / "asked").read_text()) == asked,
            timeout_s=10,
            what="the command runs",
        )
        return contact_of(box, "101", open=True)

    contact, killed = begin("610", 1), functions_pid(box)
    os.kill(killed, signal.SIGKILL)
    release.touch()
    caller.wait_for("CALL_CLOSED", timeout_s=15)
    assert box.wait_event(contact, "FunctionInvoked")["outcome"] == "returned"  # of the next service
    assert functions_pid(box) not in (0, killed)
    box.wait_closed(contact)  # else it would still be the newest open one
    release.unlink()
    contact, still = begin("611", 3), functions_pid(box)
    os.kill(still, signal.SIGSTOP)
    caller.wait_for("CALL_CLOSED", timeout_s=20)
    assert box.wait_event(contact, "FunctionInvoked")["reason"] == "no answer within the flow's time limit"
    box.wait_closed(contact)
    assert attributes(box, contact) == {"a": "error"}
    os.kill(still, signal.SIGKILL)
    wait_until(lambda: functions_pid(box) not in (0, still), timeout_s=10, what="another service")


def test_function_when_out_of_reach_then_its_last_good_answer_stands_in_even_after_a_restart(
    make_box: BoxMaker, phone: PhoneMaker, endpoint: Endpoint
) -> None:
    extra = number("610", "f")
    with serving(paths_of) as gone:
        extra += http(gone, "good", cache_max_age_s="600")
        box = make_box(extra=extra)
        box.api.call("flow.install", name="f", document=asking("f", ("a", "good", {})))
        caller = phone(box, "101")
        caller.dial("610")
        caller.wait_for("CALL_CLOSED", timeout_s=15)
        first = contact_of(box, "101")
        box.wait_closed(first)
    box.stop()
    box.start()  # the edge still knows the phone
    caller.dial("610")
    caller.wait_for("CALL_CLOSED", timeout_s=15)
    contact = next_contact(box, "101", first)
    told = box.wait_event(contact, "FunctionInvoked")
    assert (told["outcome"], told["age_s"] > 0, attributes(box, contact)) == ("cached", True, {"a": "http"})
    assert "its last good answer stands in" in box.log.read_text()
    other = phone(box, "102")  # somebody else does not get it
    other.dial("610")
    other.wait_for("CALL_CLOSED", timeout_s=15)
    contact = contact_of(box, "102")
    box.wait_closed(contact)
    assert attributes(box, contact) == {"a": "error"}


def test_configuration_when_reloaded_then_new_functions_are_there_for_the_next_call(
    make_box: BoxMaker, phone: PhoneMaker, endpoint: Endpoint
) -> None:
    box = make_box(extra=number("610", "f"))
    box.api.call("flow.install", name="f", document=asking("f", ("a", "good", {})))
    caller = phone(box, "101")
    idle_kb = proc.pss_mb([functions_pid(box)])
    caller.dial("610")
    caller.wait_for("CALL_CLOSED", timeout_s=15)
    first = contact_of(box, "101")
    box.wait_closed(first)
    assert attributes(box, first) == {"a": "error"}
    box.config.write_text(box.config.read_text() + http(endpoint, "good"))
    assert not box.api.call("config.reload").get("problems")
    caller.dial("610")
    caller.wait_for("CALL_CLOSED", timeout_s=15)
    contact = next_contact(box, "101", first)
    box.wait_closed(contact)
    assert attributes(box, contact) == {"a": "http"}
    assert idle_kb < proc.pss_mb([functions_pid(box)])  # its libraries came with the first question
