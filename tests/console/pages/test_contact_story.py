"""A contact told for people: every kind of event has its words, lanes add up, what isn't understood is counted."""

from __future__ import annotations

import re
import typing
from datetime import UTC

import msgspec
import pytest

from appliance import events as ev
from appliance.console.demo_data.annals import Annals
from appliance.console.demo_data.organisation import PRACTICES
from appliance.console.pages.contact_story import story
from appliance.console.pages.contacts import METHODS, outcome
from appliance.console.pages.language import Language
from appliance.console.pages.shown import Shown
from appliance.console.pages.stretches import lanes_of
from appliance.console.pages.texts import catalogue
from appliance.console.reading.documents import ContactDetails, ContactSummary
from appliance.records.timeline import timeline

NOW_S = 1_795_348_800.0
SHOWN = Shown(language=Language.ENGLISH, zone=UTC, now=NOW_S)


def details(events: list[dict[str, object]], record: dict[str, object] | None = None) -> ContactDetails:
    summary = ContactSummary(
        branch="b", contact="c", initiated_s=NOW_S, method="INBOUND", reason="", customer="", queue="", agent="",
        flow="", waited_s=None, lasted_s=None, recorded=False, erased=False,
    )  # fmt: skip
    return ContactDetails(summary=summary, box="b1", record=record or {}, versions=[], events=events, recordings=[])


@pytest.fixture(scope="module")
def told() -> dict[str, list[ev.ContactEvent]]:
    """Events of made-up contacts, by contact."""
    found: dict[str, list[ev.ContactEvent]] = {}
    for row in Annals(PRACTICES[1], now=NOW_S, days=3, seed="test").rows():
        if row.kind == "contact_event":
            found.setdefault(row.subject, []).append(ev.decode_event(row.data))
    return found


def test_events_when_of_any_kind_then_there_are_words_for_them_with_their_own_fields() -> None:
    for kind in typing.get_args(ev.AnyBody):
        key = "event." + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
        text = catalogue().texts[key]
        fields = {field.name for field in msgspec.structs.fields(kind)}
        for place in re.findall(r"\{([a-z_]+)\}", text.en + text.ko):
            assert place in fields, f"{key} names {place}, which {kind.__name__} doesn't have"


def test_story_when_told_then_in_order_and_every_step_has_words(told: dict[str, list[ev.ContactEvent]]) -> None:
    for events in list(told.values())[:40]:
        made = story(details([msgspec.to_builtins(event) for event in events]), SHOWN)
        seconds = [step.second for step in made.steps]
        assert seconds == sorted(seconds)
        assert len(made.steps) == len(events)
        assert all(step.words and "{" not in step.words for step in made.steps)
        assert made.unread == 0


def test_lanes_when_a_contact_was_handled_then_waiting_and_talk_as_in_its_record(
    told: dict[str, list[ev.ContactEvent]],
) -> None:
    handled = [events for events in told.values() if any(isinstance(one.body, ev.ContactDequeued) for one in events)]
    for events in handled[:40]:
        lanes = {lane.name: lane.parts for lane in lanes_of(timeline(events).moments)}
        assert [part.look for part in lanes["queue"]] == ["wait"]
        for parts in lanes.values():
            assert all(part.begin <= part.end for part in parts)
        talkers = [parts for parts in lanes.values() if any(part.look == "talk" for part in parts)]
        assert len(talkers) == sum(isinstance(one.body, ev.AgentConnected) for one in events)


def test_story_when_an_event_is_of_a_newer_box_then_counted_and_the_rest_told(
    told: dict[str, list[ev.ContactEvent]],
) -> None:
    events = [msgspec.to_builtins(event) for event in next(iter(told.values()))]
    made = story(details([*events, {**events[0], "body": {"type": "ContactTeleported"}}]), SHOWN)
    assert made.unread == 1
    assert len(made.steps) == len(events)


def test_story_when_there_is_nothing_then_nothing() -> None:
    assert story(details([]), SHOWN).steps == ()
    assert story(details([{"type": "erased"}]), SHOWN).unread == 1


def test_legs_when_with_figures_then_loss_and_estimated_opinion() -> None:
    good = {"PacketsReceived": 980, "PacketsLost": 20, "PacketsSent": 1000, "JitterMs": 3.0, "RoundTripMs": 20.0}
    legs = [
        {"Leg": "customer", "Role": "customer", "Quality": good, "Codec": "PCMA", "Agent": None, "Trunk": "t"},
        {"Leg": "agent-1", "Role": "agent", "Quality": None, "Codec": None, "Agent": "kim", "Trunk": None},
    ]
    customer, agent = story(details([], {"Linekeeper": {"Legs": legs}}), SHOWN).legs
    assert customer.loss == pytest.approx(2.0)
    assert customer.opinion is not None
    assert 3.5 < customer.opinion < 4.41
    assert (agent.agent, agent.opinion, agent.loss) == ("kim", None, None)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"agent": "kim", "waited_s": 3.0}, "handled"),
        ({"waited_s": 3.0, "reason": "CUSTOMER_DISCONNECT"}, "abandoned"),
        ({"waited_s": 3.0, "reason": "CONTACT_FLOW_DISCONNECT"}, "left"),
        ({"method": "OUTBOUND"}, "unanswered"),
        ({}, "menu"),
    ],
)
def test_outcome_when_in_one_word_then_what_became_of_it(facts: dict[str, object], word: str) -> None:
    assert outcome(details([]).summary.model_copy(update=facts)) == word


def test_methods_when_offered_then_each_has_a_word() -> None:
    assert all(catalogue().has(f"method.{method.lower()}") for method in (*METHODS, *ev.InitiationMethod))
    assert all(catalogue().has(f"why.{reason.value.lower()}") for reason in ev.DisconnectReason)
