"""A waiting customer asks to be called back: the wish is told, the place given up, the flow goes on. Real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from contact.rtp_parties import RtpParty
from contact.stage import STRAIGHT, Stage
from kit import flows

from appliance.contact.protocol import AcceptIntoQueue
from appliance.dialplan import DialPlan, FlowPlan
from appliance.events import (
    CallbackRequested,
    ContactDequeued,
    ContactDisconnected,
    ContactQueued,
    DisconnectReason,
    FlowActionTaken,
    QueueRequested,
)
from appliance.flow.document import parse
from appliance.ids import FlowId, QueueId

pytestmark = pytest.mark.scenario
SALES = QueueId("sales")


def asking(number: str) -> flows.Document:
    """A queue flow that has the customer called back at `number`, and says so."""
    no = {"InvalidCallbackNumber": "no", "CallbackNumberNotDialable": "no"}
    asked = {"InitialCallDelaySeconds": "5", "MaximumConnectionAttempts": "1", "RetryDelaySeconds": "60"}
    return flows.flow(
        "asking",
        "customerQueue",
        "note",
        flows.action("note", "UpdateContactAttributes", {"Attributes": {"n": number}, "TargetContact": "Current"}, "n"),
        flows.action("n", "UpdateContactCallbackNumber", {"CallbackNumber": "$.Attributes.n"}, "ask", errors=no),
        flows.action("ask", "CreateCallbackContact", asked, "bye", errors={"NoMatchingError": "no"}),
        flows.action("bye", "MessageParticipant", {"PromptId": "full"}, "end", errors={"NoMatchingError": "end"}),
        flows.action("no", "MessageParticipant", {"PromptId": "menu"}, "end", errors={"NoMatchingError": "end"}),
        flows.action("end", "DisconnectParticipant", {}),
    )


@pytest.fixture(scope="module")
def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("s") / "stage") as running:
        yield running


def wait_with(stage: Stage, voice: RtpParty, number: str) -> Any:
    """A customer waits in the queue whose flow offers the callback."""
    install(stage.folder, asking(number), stage)
    began = len(stage.switchboard.contacts())
    dialog = stage.call(STRAIGHT, voice)
    dialog.wait_status(200)
    contact = stage.switchboard.wait_contact(began)
    stage.switchboard.wait_event(contact, QueueRequested)
    stage.switchboard.command(AcceptIntoQueue(contact=contact, queue=SALES, position=1))
    stage.switchboard.wait_event(contact, ContactQueued)
    return contact


def install(folder: Path, document: flows.Document, stage: Stage) -> None:
    """Publish `document` in place of the queue flow."""
    content = msgspec.json.encode(document)
    flow = parse(content, name=FlowId("waiting"))
    (folder / "flows" / f"{flow.sha256}.json").write_bytes(content)
    plan = msgspec.json.decode((folder / "dialplan.json").read_bytes(), type=DialPlan)
    entry = FlowPlan(flow=flow.name, flow_type=str(flow.flow_type), sha256=flow.sha256)
    stage.publish_plan(msgspec.structs.replace(plan, flows={**plan.flows, flow.name: entry}))


def test_callback_when_asked_for_in_the_queue_then_place_is_given_up_and_the_flow_goes_on(
    stage: Stage, customer: RtpParty
) -> None:
    contact = wait_with(stage, customer, "+12065550100")
    board = stage.switchboard
    asked = board.wait_event(contact, CallbackRequested)
    assert (asked.number, asked.queue, asked.initial_delay_s, asked.max_attempts) == ("+12065550100", SALES, 5, 2)
    assert (asked.initial, asked.attributes) == (contact, {"n": "+12065550100"})
    requested = next(
        event for event in board.events if isinstance(event.body, QueueRequested) and event.contact == contact
    )
    assert asked.waiting_since is not None
    assert abs(asked.waiting_since.mono_s - requested.at.mono_s) < 0.1
    assert board.wait_event(contact, ContactDequeued).reason == "callback"
    customer.hears_tone(flows.TONES_HZ["full"])
    ended = board.wait_event(contact, ContactDisconnected)
    assert (ended.reason, ended.pre_disconnect_state) == (DisconnectReason.CONTACT_FLOW_DISCONNECT, "IN_FLOW")


@pytest.mark.parametrize(
    ("number", "branch"),
    [("911", "CallbackNumberNotDialable"), ("101", "CallbackNumberNotDialable"), ("x", "InvalidCallbackNumber")],
)
def test_callback_when_the_number_may_not_be_called_then_error_branch_and_the_place_stays(
    stage: Stage, customer: RtpParty, number: str, branch: str
) -> None:
    contact = wait_with(stage, customer, number)
    board = stage.switchboard
    taken = board.wait_event(contact, FlowActionTaken, fits=lambda body: body.action == "n")
    assert (taken.result, taken.error) == (branch, True)
    customer.hears_tone(flows.TONES_HZ["menu"])
    assert board.wait_event(contact, ContactDequeued).reason == "disconnected"
    assert board.find(contact, CallbackRequested) == []
