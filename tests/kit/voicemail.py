"""Steps of voicemail scenarios: a mailbox with a greeting that an ear can tell, callers who speak, what they left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kit import flows
from kit.audio import Sound, read_sides
from kit.baresip import Baresip
from kit.box import PASSWORD, RunningBox
from kit.processes import wait_until
from kit.subscriber import Subscriber
from kit.talk import CUSTOMER_HZ, STRAIGHT

TONE_HZ = 1000.0  # the box's own, before a message is recorded
GREETING = flows.FULL  # a prompt of half a second


def mailbox(box: RunningBox, name: str, **settings: Any) -> None:
    """With a short greeting that an ear can tell, and nothing in it."""
    box.api.call("mailbox.add", mailbox=name, **settings)
    box.api.call("mailbox.greeting", mailbox=name, prompt=GREETING)
    for message in messages(box, name):
        box.api.call("voicemail.mark", voicemail=message["voicemail"], state="deleted")


def messages(box: RunningBox, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = box.api.call("voicemail.list", mailbox=name)
    return found


def message(box: RunningBox, name: str) -> dict[str, Any]:
    """The only message, once its file is finished."""
    found = wait_until(
        lambda: [one for one in messages(box, name) if one["path"]], timeout_s=15, what=f"a message for {name}"
    )
    assert len(found) == 1
    return found[0]


def to_mailbox(name: str, *, resume: bool = False) -> dict[str, Any]:
    """A flow that lets its caller leave a message; with `resume` it plays a prompt afterwards."""
    parameters = {
        "ThirdPartyPhoneNumber": f"voicemail:{name}",
        "ThirdPartyConnectionTimeLimitSeconds": "30",
        "ContinueFlowExecution": "True" if resume else "False",
    }
    transfer = flows.action(
        "leave", "TransferParticipantToThirdParty", parameters, "after", errors={"NoMatchingError": "bye"}
    )
    after = flows.action("after", "MessageParticipant", {"PromptId": flows.WELCOME}, "bye")
    return flows.flow(
        "straight", "contactFlow", "leave", transfer, after, flows.action("bye", "DisconnectParticipant", {})
    )


def lamp_phone(box: RunningBox, extension: str) -> Subscriber:
    return Subscriber(box.port, user=extension, password=PASSWORD)


def heard_tone(sound: Sound) -> bool:
    """The tone is somewhere in it."""
    steps = range(int(max(0.0, sound.duration_s - 0.2) * 10))
    return any(sound.part(step / 10, step / 10 + 0.2).has_tone(TONE_HZ) for step in steps)


def speaks(caller: Baresip, seconds: float = 3.0, *, since_s: float = 0.0) -> None:
    """The caller has heard greeting and tone, and then talks for so long."""
    caller.wait_heard(heard_tone, since_s=since_s, what="the tone", timeout_s=20)
    began = caller.heard().duration_s
    caller.wait_heard(lambda sound: sound.duration_s > seconds, since_s=began, what=f"{seconds} s of message")


def check_message(found: dict[str, Any], *, caller: str, seconds: float = 3.0) -> None:
    """The customer's voice from its beginning to its end, and nothing else."""
    assert found["caller"] == caller
    assert found["duration_s"] == pytest.approx(seconds, abs=1.5)
    path = Path(found["path"])
    assert path.stat().st_mode & 0o777 == 0o600
    customer, other = read_sides(path)
    assert customer.part(0.4, customer.duration_s - 0.4).has_tone(CUSTOMER_HZ)
    assert other.rms() < 5


def leave(box: RunningBox, caller: Baresip, name: str) -> dict[str, Any]:
    """A message of three seconds."""
    box.api.call("flow.install", name="straight", document=to_mailbox(name))
    caller.dial(STRAIGHT)
    speaks(caller)
    caller.hang_up()
    caller.wait_for("CALL_CLOSED")
    return message(box, name)
