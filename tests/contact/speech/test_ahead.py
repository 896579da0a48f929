"""What is made before anybody asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kit import studio as kit
from kit.audio import write_tone

from appliance.contact.media.prompts import Prompts
from appliance.contact.services import FlowShelf, PlanReader
from appliance.contact.speech.ahead import Ahead, fixed_messages, own_messages
from appliance.contact.speech.cache import Cache
from appliance.contact.speech.speaker import Speaker, engines
from appliance.contact.speech.workshop import Workshop
from appliance.dialplan import DialPlan, FlowPlan
from appliance.flow.commands import Message, Play
from appliance.flow.document import parse
from appliance.flow.facts import BotMenu, ContactFacts, Library
from appliance.flow.machine import start
from appliance.flow.model import Flow
from appliance.ids import FlowId


def action(identifier: str, action_type: str, following: str, **parameters: Any) -> dict[str, Any]:
    return {
        "Identifier": identifier,
        "Type": action_type,
        "Parameters": parameters,
        "Transitions": {"NextAction": following, "Errors": [], "Conditions": []},
    }


def document(*actions: dict[str, Any], kind: str = "contactFlow") -> str:
    end = {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}}
    return json.dumps(
        {
            "Version": "2019-10-30",
            "StartAction": actions[0]["Identifier"],
            "Metadata": {"type": kind},
            "Actions": [*actions, end],
        }
    )


def flow(*actions: dict[str, Any], name: str = "f") -> Flow:
    return parse(document(*actions), name=FlowId(name))


def say(identifier: str, following: str, **parameters: Any) -> dict[str, Any]:
    return action(identifier, "MessageParticipant", following, **parameters)


def voice(identifier: str, following: str, name: str) -> dict[str, Any]:
    return action(identifier, "UpdateContactTextToSpeechVoice", following, TextToSpeechVoice=name)


def test_fixed_messages_when_texts_are_the_same_for_all_then_each_once() -> None:
    found = flow(
        say("a", "b", Text="Hello"),
        say("b", "c", Text="Hello"),
        say("c", "d", SSML="<speak>Hi</speak>"),
        say("d", "e", Text="Hello $.Attributes.name"),
        say("e", "g", SSML="$['Attributes']['x']"),
        say("g", "h", Text="  "),
        say("h", "i", PromptId="menu"),
        action("i", "MessageParticipantIteratively", "end", Messages=[{"Text": "Wait"}, {"PromptId": "music"}, 7]),
    )
    assert list(fixed_messages(Library(flows={"f": found}), "en-US")) == [
        Message(text="Hello", voice="Joanna", language="en-US"),
        Message(ssml="<speak>Hi</speak>", voice="Joanna", language="en-US"),
        Message(text="Wait", voice="Joanna", language="en-US"),
    ]


def test_fixed_messages_when_a_bot_has_a_menu_then_its_words_too() -> None:
    bots = {"b": BotMenu(intents={"1": "Sales"}, prompt="Press 1."), "c": BotMenu(intents={})}
    assert list(fixed_messages(Library(bots=bots), "ko-KR")) == [
        Message(text="Press 1.", voice="Seoyeon", language="ko-KR")
    ]


def test_fixed_messages_when_a_flow_changes_its_voice_then_in_each_voice() -> None:
    library = Library(
        flows={
            "f": flow(voice("a", "b", "seoyeon"), say("b", "end", Text="one")),
            "g": flow(say("a", "end", Text="two")),
        },
        modules={"m": flow(say("a", "end", Text="three"), name="m")},
    )
    found = [(message.text, message.voice, message.language) for message in fixed_messages(library, "en-US")]
    assert found == [
        ("one", "Joanna", "en-US"),
        ("one", "Seoyeon", "ko-KR"),
        ("two", "Joanna", "en-US"),
        ("three", "Joanna", "en-US"),
        ("three", "Seoyeon", "ko-KR"),
    ]


@pytest.mark.parametrize("language", ["en-US", "ko-KR", "fr-CA"])
@pytest.mark.parametrize("before", [(), (("v", "takumi"),), (("v", " Lucia "),), (("l", "de-DE"),), (("l", "ko"),)])
def test_fixed_messages_when_the_flow_runs_then_what_it_plays_is_among_them(
    language: str, before: tuple[tuple[str, str], ...]
) -> None:
    changes = [
        voice("a", "b", value) if kind == "v" else action("a", "UpdateContactData", "b", LanguageCode=value)
        for kind, value in before
    ]
    found = flow(*changes, say("b", "end", Text="Hello"))
    _, commands = start(found, ContactFacts(language=language), library=Library(), now=0.0)
    (played,) = [message for command in commands if isinstance(command, Play) for message in command.messages]
    assert played in set(fixed_messages(Library(flows={"f": found}), language))


def test_own_messages_when_asked_then_those_without_parameters() -> None:
    prompts = [message.prompt for message in own_messages("ko-KR")]
    assert "builtin/goodbye" in prompts
    assert "builtin/queue_position" not in prompts
    assert {message.language for message in own_messages("ko-KR")} == {"ko-KR"}


class Branch:
    """A published plan, a prompt folder and what works ahead on them."""

    def __init__(self, folder: Path, cache_bytes: int = 50_000_000) -> None:
        self.prompts = folder / "prompts"
        self.prompts.mkdir()
        self.plan = folder / "plan.json"
        self.flows = folder / "flows"
        self.flows.mkdir()
        self.publish()
        self.speaker = Speaker(kit.PLAIN, engines(kit.PLAIN))
        cache = Cache(self.prompts / "cache", cache_bytes)
        cache.open(self.speaker.made_by())
        plans = PlanReader(self.plan, FlowShelf(self.flows))
        self.ahead = Ahead(Workshop(self.prompts, cache, self.speaker), self.prompts, self.plan, plans, "en-US")
        self.caller = Prompts(self.prompts, folder / "nobody.sock")

    def publish(self, *texts: str) -> None:
        actions = [say(str(number), "end", Text=text) for number, text in enumerate(texts)] or [
            say("0", "end", Text=" ")
        ]
        sha256 = f"{len(texts)}" * 8
        (self.flows / f"{sha256}.json").write_text(document(*actions))
        plan = DialPlan(flows={FlowId("f"): FlowPlan(flow=FlowId("f"), flow_type="CONTACT_FLOW", sha256=sha256)})
        fresh = self.plan.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(plan))
        fresh.replace(self.plan)


@pytest.fixture
def branch(tmp_path: Path) -> Iterator[Branch]:
    made = Branch(tmp_path)
    yield made
    made.speaker.close()


def test_round_when_a_flow_is_published_then_its_texts_are_there_for_the_first_caller(branch: Branch) -> None:
    branch.ahead.round()
    assert branch.ahead.round() == 0
    branch.publish("Hello, this is new.", "Goodbye, this is new.")
    assert branch.ahead.round() == 2
    assert branch.ahead.round() == 0
    for text in ("Hello, this is new.", "Goodbye, this is new."):
        assert isinstance(branch.caller.find(Message(text=text)), Path)


def test_round_when_a_file_has_to_be_converted_then_it_is(branch: Branch) -> None:
    branch.ahead.round()
    write_tone(branch.prompts / "menu.wav", frequency_hz=440, duration_s=0.3, rate_hz=44100)
    write_tone(branch.prompts / "ready.wav", frequency_hz=440, duration_s=0.3)
    assert branch.ahead.round() == 1
    assert isinstance(branch.caller.find(Message(prompt="menu")), Path)


def test_round_when_a_text_can_not_be_said_then_it_goes_on_and_says_so(
    branch: Branch, caplog: pytest.LogCaptureFixture
) -> None:
    branch.publish("x" * 7000, "Hello, this is new.")
    branch.ahead.round()
    assert "a sound can't be made ahead: a message has 7000 characters" in caplog.text
    assert isinstance(branch.caller.find(Message(text="Hello, this is new.")), Path)


def test_round_when_half_of_the_cache_is_taken_then_nothing_more_is_made(tmp_path: Path) -> None:
    branch = Branch(tmp_path, cache_bytes=200_000)
    branch.ahead.round()
    made = sum(path.stat().st_size for path in (branch.prompts / "cache").glob("*.wav"))
    assert 100_000 <= made < 250_000


def test_round_when_nothing_is_published_yet_then_only_the_box_s_own_and_no_complaint(
    branch: Branch, caplog: pytest.LogCaptureFixture
) -> None:
    branch.plan.unlink()
    assert branch.ahead.round() == len(list(own_messages("en-US")))
    assert caplog.text == ""


def test_run_when_stopped_then_it_returns(branch: Branch) -> None:
    branch.ahead.stop()
    branch.ahead.run()
    assert not list((branch.prompts / "cache").glob("*.wav"))
