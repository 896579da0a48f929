"""Callbacks with the real stack: SIPp is the customer's provider and answers with real statuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kit import flows, proc
from kit.box import BoxSettings, Json, RunningBox
from kit.ports import PortBlock
from kit.processes import wait_until
from kit.provider import OUTSIDE, Provider, trunk_toml
from kit.sipp import Sipp
from kit.talk import AGENT_HZ, CUSTOMER_HZ, STRAIGHT, PhoneMaker, contact_of

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def box_settings(trunk_port: int) -> BoxSettings:
    return {"capacity": 3, "extra": trunk_toml(trunk_port)}


def asking(number: str) -> flows.Document:
    """A queue flow that has the customer called back at `number`, says something and hangs up."""
    no = {"InvalidCallbackNumber": "end", "CallbackNumberNotDialable": "end"}
    asked = {"InitialCallDelaySeconds": "1", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "1"}
    noted = {"Attributes": {"wish": number}, "TargetContact": "Current"}
    return flows.flow(
        "asking",
        "customerQueue",
        "note",
        flows.action("note", "UpdateContactAttributes", noted, "number", errors={"NoMatchingError": "end"}),
        flows.action(
            "number", "UpdateContactCallbackNumber", {"CallbackNumber": "$.Attributes.wish"}, "ask", errors=no
        ),
        flows.action("ask", "CreateCallbackContact", asked, "say", errors={"NoMatchingError": "end"}),
        flows.action("say", "MessageParticipant", {"PromptId": "full"}, "end", errors={"NoMatchingError": "end"}),
        flows.action("end", "DisconnectParticipant", {}),
    )


def callback(box: RunningBox, name: str) -> Json:
    rows: list[Json] = box.api.call("callback.list")
    return next((row for row in rows if row["errand"] == name), {})


def wait_callback(box: RunningBox, name: str, *, timeout_s: float = 20.0, **wanted: object) -> Json:
    """Until the callback has these values; waits through a restart of the switchboard."""

    def fits() -> Json | None:
        try:
            row = callback(box, name)
        except OSError:
            return None
        return row if wanted.items() <= row.items() else None

    row = wait_until(fits, timeout_s=timeout_s, what=f"callback {name} {wanted}; {box.log}")
    assert row is not None
    return row


def invites(far: Sipp) -> int:
    """How many calls the customer's side got."""
    return len({line.call_id for line in far.timeline() if not line.sent and line.cseq.endswith("INVITE")})


def test_callback_when_asked_for_in_the_queue_then_the_agent_and_then_the_customer_are_called(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, provider: Provider
) -> None:
    box.api.call("flow.install", name="asking", document=asking("(212) 555-9999"))
    box.api.call("queue.add", queue="sales", flow="asking")
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    customer.dial(STRAIGHT)
    customer.wait_for("CALL_CLOSED", timeout_s=15)
    asked_by = contact_of(box, "101")
    before = box.wait_closed(asked_by)
    back = before["NextContactId"]
    assert before["Queue"]["DequeueTimestamp"] is not None
    assert callback(box, back)["number"] == OUTSIDE
    far = provider.takes()
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    box.wait_event(back, "SystemConnected")
    agent.hang_up()
    assert far.wait().successful == 1
    assert invites(far) == 1
    row = wait_callback(box, back, state="done")
    assert row["outcomes"] == ["answered"]
    record = box.wait_closed(back)
    assert (record["InitiationMethod"], record["PreviousContactId"]) == ("CALLBACK", asked_by)
    assert (record["Queue"]["Name"], record["Agent"]["Username"]) == ("sales", "ann")
    assert record["ConnectedToSystemTimestamp"] is not None
    assert record["ScheduledTimestamp"] is not None
    assert record["Attributes"]["wish"] == "(212) 555-9999"
    assert record["CustomerEndpoint"]["Address"] == OUTSIDE


@pytest.mark.parametrize(("status", "outcome"), [("486", "busy"), ("480", "no_answer"), ("503", "unreachable")])
def test_callback_when_the_first_attempt_fails_then_the_second_one_is_made(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider, status: str, outcome: str
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    far = provider.takes("uas_refusing", status=status)
    name = box.api.call("callback.add", number=OUTSIDE, queue="sales", attempts=2, retry_s=3)["errand"]
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    agent.wait_for("CALL_CLOSED", timeout_s=15)
    assert far.wait().successful == 1
    row = wait_callback(box, name, attempt=2)
    assert row["outcomes"] == [outcome]
    assert box.wait_closed(name)["NextContactId"] == row["contact"]
    far = provider.takes()
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    box.wait_event(row["contact"], "SystemConnected")
    agent.hang_up()
    assert far.wait().successful == 1
    assert wait_callback(box, name, state="done")["outcomes"] == [outcome, "answered"]


def test_callback_when_nobody_ever_answers_then_it_fails_after_the_last_attempt(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    far = provider.takes("uas_refusing", status="480", calls=2)
    name = box.api.call("callback.add", number=OUTSIDE, queue="sales", attempts=2, retry_s=1)["errand"]
    for _ in range(2):
        agent.wait_for("CALL_INCOMING", timeout_s=15)
        agent.answer()
        agent.wait_for("CALL_CLOSED", timeout_s=15)
    assert far.wait().successful == 2
    assert wait_callback(box, name, state="failed")["outcomes"] == ["no_answer", "no_answer"]


def test_switchboard_when_killed_while_the_agent_rings_then_the_customer_is_called_once(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    far = provider.takes(calls=None)
    name = box.api.call("callback.add", number=OUTSIDE, queue="sales")["errand"]
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    before = box.pid_of("appliance.switchboard")
    proc.kill_all([before])
    wait_until(lambda: proc.gone(before), timeout_s=5, what="the switchboard is gone")
    agent.answer()
    box.wait_event(name, "SystemConnected", timeout_s=30)
    agent.hang_up()
    wait_callback(box, name, timeout_s=30, state="done")
    box.wait_closed(name)
    assert far.stop().failed == 0
    assert invites(far) == 1


def test_process_when_killed_while_the_agent_rings_then_a_new_contact_takes_the_same_attempt(
    box: RunningBox, agent_phone: PhoneMaker, provider: Provider
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    far = provider.takes(calls=None)
    name = box.api.call("callback.add", number=OUTSIDE, queue="sales")["errand"]
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    box.wait_event(name, "AgentOffered")
    proc.kill_all([box.contact_pid(name)])
    row = wait_callback(box, name, attempt=1, state="scheduled")
    agent.wait_for("CALL_CLOSED", timeout_s=15)
    box.set_status("ann", "Available")
    agent.wait_for("CALL_INCOMING", timeout_s=20)
    agent.answer()
    box.wait_event(row["contact"], "SystemConnected", timeout_s=20)
    agent.hang_up()
    wait_callback(box, name, timeout_s=30, state="done", attempt=1)
    far.stop()
    assert invites(far) == 1


@pytest.mark.parametrize(("when", "state"), [("agent rings", "scheduled"), ("customer rings", "failed")])
def test_box_when_its_power_is_cut_then_the_customer_is_called_once_or_not_again(
    *,
    make_box: Callable[..., RunningBox],
    agent_phone: PhoneMaker,
    ports: PortBlock,
    tmp_path: Path,
    when: str,
    state: str,
) -> None:
    """Cut before an agent took it, the attempt is made again; cut while the customer was being called, it is spent."""
    provider = Provider(tmp_path, port=ports.take(), ports=ports)
    box = make_box(capacity=2, extra=trunk_toml(provider.port))
    far = provider.takes("uas_ringing", calls=None)
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    name = box.api.call("callback.add", number=OUTSIDE, queue="sales")["errand"]
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    if when == "customer rings":
        agent.answer()
        wait_until(lambda: invites(far) == 1, timeout_s=15, what="the customer is called")
    box.set_status("ann", "Offline")
    box.kill_everything()
    box.start()
    row = wait_callback(box, name, timeout_s=40, attempt=1, state=state)
    assert row["outcomes"] == ([] if state == "scheduled" else ["unreachable"])
    assert invites(far) == (0 if state == "scheduled" else 1)
    far.stop()
