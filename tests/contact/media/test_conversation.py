from __future__ import annotations

import itertools
from pathlib import Path
from typing import cast

import pytest
from contact.bridge import Party, Port
from contact.shared_services import Shared

from appliance.contact.media.conversation import BY_COMMAND, MUSIC, RINGBACK, Conversation
from appliance.contact.media.hearing import Mode
from appliance.contact.protocol import MonitorMode
from appliance.contact.services import Services
from appliance.events import AnyBody


@pytest.fixture
def shared(tmp_path: Path) -> Shared:
    return Shared(tmp_path)


@pytest.fixture
def customer() -> Party:
    return Party(Port("customer"), leg="customer")


@pytest.fixture
def talker() -> Party:
    return Party(Port("talker"), leg="agent-1")


@pytest.fixture
def conversation(shared: Shared, customer: Party, talker: Party) -> Conversation:
    """Both are there and talk."""
    made = Conversation(cast(Services, shared))
    made.customer, made.talker = customer.as_leg, talker.as_leg
    made.talking = True
    made.rewire()
    return made


def hears(party: Party) -> set[str]:
    assert party.audio is not None
    return party.audio.hears()


@pytest.mark.usefixtures("conversation")
def test_rewire_when_both_talk_lets_each_hear_the_other(customer: Party, talker: Party) -> None:
    assert (hears(customer), hears(talker)) == ({"talker"}, {"customer"})


def test_rewire_when_nobody_has_answered_lets_nobody_hear(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    conversation.talking = False
    conversation.rewire()
    assert (hears(customer), hears(talker)) == (set(), set())
    conversation.through = True  # early media
    conversation.rewire()
    assert (hears(customer), hears(talker)) == ({"talker"}, {"customer"})


@pytest.mark.parametrize("name", ["customer", "talker"])
def test_rewire_when_one_is_muted_silences_just_that_way(
    conversation: Conversation, customer: Party, talker: Party, name: str
) -> None:
    parties = {"customer": customer, "talker": talker}
    muted = parties.pop(name)
    (other,) = parties.values()
    muted.muted = True
    conversation.rewire()
    assert hears(other) == set()
    assert len(hears(muted)) == 1
    muted.muted = False
    conversation.rewire()
    assert hears(other) == {name}


def test_holders_when_they_talk_part_them_until_nobody_holds(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    conversation.holders |= {BY_COMMAND, "agent-1"}
    conversation.rewire()
    assert (hears(customer), hears(talker)) == (set(), set())
    assert conversation.on_hold
    conversation.holders.discard(BY_COMMAND)
    assert conversation.on_hold
    conversation.holders.discard("agent-1")
    conversation.rewire()
    assert not conversation.on_hold
    assert (hears(customer), hears(talker)) == ({"talker"}, {"customer"})


def test_hold_when_music_plays_lets_only_the_customer_hear_it(
    conversation: Conversation, customer: Party, talker: Party, shared: Shared
) -> None:
    conversation.holders.add(BY_COMMAND)
    conversation.announcer.loop(MUSIC)
    assert (hears(customer), hears(talker)) == ({"player of music"}, set())
    assert shared.engine.looped == [MUSIC]


def test_set_apart_when_a_transfer_rings_plays_ring_back_and_brings_together_again(
    conversation: Conversation, customer: Party, talker: Party, shared: Shared
) -> None:
    conversation.set_apart(True)
    assert (hears(customer), hears(talker)) == ({"player of ringback"}, set())
    conversation.set_apart(False)
    assert (hears(customer), hears(talker)) == ({"talker"}, {"customer"})
    assert shared.engine.looped == [RINGBACK]


def test_media_gone_when_a_stream_is_made_anew_wires_the_new_one(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    old = customer.audio
    assert old is not None
    old.gone = True
    assert talker.audio is not None
    talker.audio.sources.clear()
    customer.audio = Port("customer again")
    conversation.media_gone(old.as_media)
    assert hears(talker) == {"customer again"}
    assert hears(customer) == {"talker"}


def test_rewire_when_a_leg_has_ended_wires_nothing_to_it(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    customer.ended = True
    conversation.rewire()
    assert (hears(customer), hears(talker)) == (set(), set())


def test_rewire_when_recorded_puts_each_voice_on_its_side_and_keeps_both_growing(
    conversation: Conversation, shared: Shared, customer: Party, talker: Party, tmp_path: Path
) -> None:
    said: list[AnyBody] = []
    conversation.recorder.participants = frozenset({"Agent", "Customer"})
    conversation.recorder.follow(talking=True, folder=tmp_path, emit=said.append)
    customer_side, agent_side = shared.engine.recorders
    assert customer_side.hears() == {"customer", "agent.wav"}
    assert agent_side.hears() == {"talker", "customer.wav"}
    conversation.holders.add(BY_COMMAND)  # what each says goes on to be recorded, the music does not
    conversation.announcer.loop(MUSIC)
    assert customer_side.hears() == {"customer", "agent.wav"}
    assert agent_side.hears() == {"talker", "customer.wav"}
    customer.muted = talker.muted = True
    conversation.rewire()
    assert (customer_side.hears(), agent_side.hears()) == ({"agent.wav"}, {"customer.wav"})
    customer.ended = talker.ended = True
    conversation.rewire()
    assert (customer_side.hears(), agent_side.hears()) == ({"agent.wav"}, {"customer.wav"})
    conversation.recorder.stop("contact ended")
    assert (customer_side.hears(), agent_side.hears()) == (set(), set())


def test_rewire_when_the_flow_is_recorded_has_the_announcer_on_the_agents_side(
    conversation: Conversation, shared: Shared, tmp_path: Path
) -> None:
    conversation.talker = None
    conversation.talking = False
    conversation.recorder.ivr = True
    conversation.recorder.follow(talking=False, folder=tmp_path, emit=lambda body: None)
    conversation.announcer.loop(MUSIC)
    customer_side, agent_side = shared.engine.recorders
    assert customer_side.hears() == {"customer", "agent.wav"}
    assert agent_side.hears() == {"player of music", "customer.wav"}


def test_rewire_when_in_any_state_never_lets_a_muted_or_held_party_through(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    both = (False, True)
    for talking, through, apart, held, muted, quiet in itertools.product(both, repeat=6):
        conversation.talking, conversation.through, conversation.apart = talking, through, apart
        conversation.holders = {"agent-1"} if held else set()
        customer.muted, talker.muted = muted, quiet
        conversation.rewire()
        together = (talking or through) and not apart and not held
        assert hears(talker) == ({"customer"} if together and not muted else set())
        assert hears(customer) == ({"talker"} if together and not quiet else set())


@pytest.fixture
def consulted(conversation: Conversation) -> Party:
    """Whom the talker brought in."""
    party = Party(Port("consulted"), leg="agent-2")
    conversation.consulted = party.as_leg
    return party


def test_joined_when_consulting_toggled_and_conferring_moves_the_customer_in_and_out_of_hold(
    conversation: Conversation, customer: Party, talker: Party, consulted: Party
) -> None:
    everyone = (customer, talker, consulted)
    expected = {
        Mode.CONSULT: (set(), {"consulted"}, {"talker"}),
        Mode.TALK: ({"talker"}, {"customer"}, set()),
        Mode.CONFERENCE: ({"talker", "consulted"}, {"customer", "consulted"}, {"customer", "talker"}),
    }
    for mode, heard in expected.items():
        conversation.joined = mode
        conversation.rewire()
        assert tuple(map(hears, everyone)) == heard
        assert conversation.on_hold is (mode is Mode.CONSULT)


def test_on_hold_when_the_talkers_phone_holds_in_a_conference_is_false_for_the_customer(
    conversation: Conversation, customer: Party, talker: Party, consulted: Party
) -> None:
    conversation.joined = Mode.CONFERENCE
    conversation.holders.add("agent-1")
    conversation.rewire()
    assert not conversation.on_hold
    assert tuple(map(hears, (customer, talker, consulted))) == ({"consulted"}, set(), {"customer"})


def test_supervise_when_the_mode_changes_and_ends_wires_the_supervisor_so(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    boss = Party(Port("boss"), leg="supervisor-1")
    heard = {
        MonitorMode.LISTEN: ({"talker"}, {"customer"}),
        MonitorMode.WHISPER: ({"talker"}, {"customer", "boss"}),
        MonitorMode.BARGE: ({"talker", "boss"}, {"customer", "boss"}),
    }
    for mode, expected in heard.items():
        conversation.supervise(boss.as_leg, mode)
        assert hears(boss) == {"customer", "talker"}
        assert (hears(customer), hears(talker)) == expected
    assert conversation.supervisors() == {"supervisor-1": MonitorMode.BARGE}
    conversation.unsupervise(boss.as_leg)
    conversation.unsupervise(boss.as_leg)
    assert (hears(boss), hears(customer), hears(talker)) == (set(), {"talker"}, {"customer"})


def test_replace_when_the_talker_is_another_wires_the_new_one_and_forgets_the_olds_hold(
    conversation: Conversation, customer: Party, talker: Party
) -> None:
    other = Party(Port("other"), leg="agent-2")
    conversation.holders.add("agent-1")
    conversation.replace(talker.as_leg, other.as_leg)
    assert (hears(customer), hears(talker), hears(other)) == ({"other"}, set(), {"customer"})
    assert conversation.place_of(other.as_leg) == "talker"
    assert conversation.place_of(talker.as_leg) is None
