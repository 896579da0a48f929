from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contact.talk.talk_codes import CODE_S, NUMBER_S, TALK_CODES, Do, KeyReader, Meaning, Refuse, Relay
from appliance.contact.talk.talk_keys import DEEDS


def typed(keys: str, *, pause_s: float = 0.2) -> tuple[Meaning, ...]:
    """What a reader makes of these keys, one after the other, and of the silence after them."""
    reader, said = KeyReader(), []
    for number, key in enumerate(keys):
        said += reader.press(key, number * pause_s)
    due = reader.next_timer()
    return (*said, *(reader.handle_timer(due) if due is not None else ()))


@pytest.mark.parametrize(
    ("keys", "meaning"),
    [
        ("5", (Relay(keys="5"),)),
        ("#", (Relay(keys="#"),)),
        ("12", (Relay(keys="1"), Relay(keys="2"))),
        ("*01", (Do(name="hold"),)),
        ("*03*03", (Do(name="toggle"), Do(name="toggle"))),
        ("*02103#", (Do(name="consult", number="103"),)),
        ("*0740#5", (Do(name="transfer", number="40"), Relay(keys="5"))),
        ("*99", (Relay(keys="*99"),)),
        ("*", (Relay(keys="*"),)),
        ("*0", (Relay(keys="*0"),)),
        ("*#", (Relay(keys="*#"),)),
        ("**01", (Relay(keys="*"), Do(name="hold"))),
        ("*0*01", (Relay(keys="*0"), Do(name="hold"))),
        ("*02#", (Refuse(),)),
        ("*02103", (Refuse(),)),
        ("*02103*", (Refuse(),)),
        ("*02" + "1" * 33, (Refuse(),)),
    ],
)
def test_press_when_keys_follow_each_other_means(keys: str, meaning: tuple[Meaning, ...]) -> None:
    assert typed(keys) == meaning


def test_press_when_the_next_key_comes_too_late_was_no_code() -> None:
    reader = KeyReader()
    assert reader.press("*", 0.0) == ()
    assert reader.press("0", CODE_S - 0.1) == ()
    assert reader.press("1", 2 * CODE_S) == (Relay(keys="*0"), Relay(keys="1"))
    assert reader.next_timer() is None


def test_press_when_a_number_is_given_up_is_refused_and_the_next_key_is_a_key_again() -> None:
    reader = KeyReader()
    for key in "*021":
        assert reader.press(key, 0.0) == ()
    assert reader.next_timer() == NUMBER_S
    assert reader.handle_timer(NUMBER_S - 0.1) == ()
    assert reader.press("9", NUMBER_S + 1) == (Refuse(), Relay(keys="9"))


@given(st.text("0123456789#", max_size=40))
def test_press_when_there_is_no_star_relays_every_key(keys: str) -> None:
    assert "".join(one.keys for one in typed(keys) if isinstance(one, Relay)) == keys


@given(st.text("0123456789*#", max_size=40), st.sampled_from([0.2, CODE_S, NUMBER_S]))
def test_press_when_anything_is_typed_loses_and_invents_no_key(keys: str, pause_s: float) -> None:
    """What is relayed, with the codes put back in their places, is what was typed, but for numbers given up."""
    codes = {code.name: f"*{digits}" for digits, code in TALK_CODES.items()}
    back = ""
    for one in typed(keys, pause_s=pause_s):
        if isinstance(one, Relay):
            back += one.keys
        elif isinstance(one, Do):
            back += codes[one.name] + (f"{one.number}#" if one.number else "")
        else:
            return  # what follows a refusal is covered by the examples above
    assert back == keys


def test_table_when_compared_has_a_deed_for_every_code() -> None:
    assert {code.name for code in TALK_CODES.values()} == set(DEEDS)
    assert all(len(digits) == 2 and digits.isdigit() for digits in TALK_CODES)
