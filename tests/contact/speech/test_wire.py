"""Orders to the studio: names of sounds and packets."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.speech.wire import LONGEST_PACKET, Reply, Request, cleaned, key_of, key_of_file
from appliance.flow.commands import Message

_TEXT = st.text(st.characters(codec=None), max_size=40)
_MESSAGES = st.builds(Message, text=st.none() | _TEXT, ssml=st.none() | _TEXT, voice=_TEXT, language=_TEXT)


@given(_MESSAGES)
def test_cleaned_when_any_message_then_it_can_be_sent_and_is_the_same_again(message: Message) -> None:
    clean = cleaned(message)
    request = Request(key=key_of(clean), message=clean)
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request
    assert cleaned(clean) == clean


@given(_MESSAGES, _MESSAGES)
def test_key_when_messages_differ_then_keys_differ(one: Message, other: Message) -> None:
    one, other = cleaned(one), cleaned(other)
    assert (key_of(one) == key_of(other)) == (one == other)


def test_key_when_text_moves_to_another_field_then_it_differs() -> None:
    assert len({key_of(Message(text="a")), key_of(Message(ssml="a")), key_of(Message(prompt="a"))}) == 3


def test_key_of_file_when_name_time_or_size_differ_then_it_differs() -> None:
    keys = {
        key_of_file("a.mp3", 1, 2),
        key_of_file("b.mp3", 1, 2),
        key_of_file("a.mp3", 2, 2),
        key_of_file("a.mp3", 1, 3),
    }
    assert len(keys) == 4


def test_packet_when_the_text_is_as_long_as_may_be_then_it_fits() -> None:
    message = Message(ssml="\U0001f600" * 6000, voice="v" * 100)
    assert len(msgspec.json.encode(Request(key=key_of(message), message=message))) < LONGEST_PACKET
    assert len(msgspec.json.encode(Reply(fault="\U0001f600" * 6000))) < LONGEST_PACKET
