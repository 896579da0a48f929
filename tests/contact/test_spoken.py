"""What a caller hears of texts, built-in sentences and prompts that are missing. Real processes, real espeak-ng."""

from __future__ import annotations

import os
import signal
import socket
import struct
from collections.abc import Callable

import msgspec
import pytest
from contact.stage import Stage
from kit import flows
from kit.audio import Sound
from kit.processes import wait_until

from appliance.dialplan import DialPlan, FlowPlan
from appliance.events import ContactDisconnected, FlowActionTaken
from appliance.flow.document import parse
from appliance.ids import FlowId

pytestmark = pytest.mark.scenario

NUMBER = "2025550109"
FRAME_S = 0.02
TOGETHER_S = 0.5  # a shorter pause is part of a sentence
TONE_HZ = flows.TONES_HZ[flows.MENU]


def spoken() -> flows.Document:
    """A text with a pause, a prompt that is missing, a built-in sentence, a tone, the end."""

    def say(identifier: str, following: str, failed: str, **parameters: str) -> flows.Document:
        return flows.action(identifier, "MessageParticipant", parameters, following, errors={"NoMatchingError": failed})

    return flows.flow(
        "spoken",
        "contactFlow",
        "text",
        say("text", "missing", "end", SSML="<speak>Good morning, everybody.<break time='1500ms'/></speak>"),
        say("missing", "end", "media", PromptId="no such prompt"),
        flows.action(
            "media",
            "MessageParticipant",
            {"Media": {"Uri": "s3://bucket/nothing.wav", "SourceType": "S3", "MediaType": "Audio"}},
            "end",
            errors={"NoMatchingError": "builtin"},
        ),
        say("builtin", "tone", "end", PromptId="builtin/queue_thanks"),
        say("tone", "end", "end", PromptId=flows.MENU),
        flows.action("end", "DisconnectParticipant", {}),
    )


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    made = make_stage()
    content = msgspec.json.encode(spoken())
    flow = parse(content, name=FlowId("spoken"))
    (made.folder / "flows" / f"{flow.sha256}.json").write_bytes(content)
    plan = FlowPlan(flow=flow.name, flow_type=str(flow.flow_type), sha256=flow.sha256)
    made.publish_plan(DialPlan(region="US", numbers={f"+1{NUMBER}": flow.name}, flows={flow.name: plan}))
    return made


def utterances(sound: Sound) -> list[tuple[float, float]]:
    """From when to when something is heard, in seconds; pauses within a sentence don't count."""
    found: list[tuple[float, float]] = []
    for number in range(int(sound.duration_s / FRAME_S)):
        at_s = number * FRAME_S
        if sound.part(at_s, at_s + FRAME_S).rms() < 60:
            continue
        if found and at_s - found[-1][1] < TOGETHER_S:
            found[-1] = (found[-1][0], at_s + FRAME_S)
        else:
            found.append((at_s, at_s + FRAME_S))
    return found


def called(stage: Stage) -> Sound:
    """The whole of what a caller hears."""
    voice = stage.party()
    number = len(stage.switchboard.contacts())
    caller = stage.call(NUMBER, voice)
    caller.wait_status(200)
    contact = stage.switchboard.wait_contact(number)
    stage.switchboard.wait_event(contact, ContactDisconnected)
    caller.wait_request("BYE")
    stage.switchboard.wait_released(contact)
    return voice.heard()


def studio_pid(stage: Stage) -> int:
    """Who listens for orders (unix(7), SO_PEERCRED)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.connect(str(stage.settings.speech_socket))
        return int(struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])


def test_flow_when_it_speaks_is_heard_with_its_pauses_and_takes_error_branches_for_what_is_missing(
    stage: Stage,
) -> None:
    sound = called(stage)
    text, sentence_and_tone = utterances(sound)
    assert 0.8 < text[1] - text[0] < 3
    assert 1.4 < sentence_and_tone[0] - text[1] < 2.4
    assert sound.part(sentence_and_tone[1] - 0.5, sentence_and_tone[1] - 0.1).has_tone(TONE_HZ)
    (contact,) = stage.switchboard.contacts()
    taken = [body.action for body in stage.switchboard.bodies(contact) if isinstance(body, FlowActionTaken)]
    assert taken[:5] == ["text", "missing", "media", "builtin", "tone"]


def test_flow_when_the_studio_is_killed_speaks_all_the_same(stage: Stage) -> None:
    cache = stage.folder / "prompts" / "cache"
    wait_until(lambda: len(list(cache.glob("*.wav"))) > 20, timeout_s=20, what="sounds are made ahead")
    os.kill(studio_pid(stage), signal.SIGKILL)
    for path in cache.glob("*.wav"):
        path.unlink()
    assert len(utterances(called(stage))) == 2
