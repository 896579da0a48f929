"""Names and numbers as SIP writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.agent.settings import (
    AgentSettings,
    Party,
    dialled_user,
    name_addr,
    read_party,
    wants_auto_answer,
)


@pytest.mark.parametrize(
    ("value", "user", "name"),
    [
        ('"Sales: Kim Minsu" <sip:+8225550100@127.0.0.1:5060>', "+8225550100", "Sales: Kim Minsu"),
        ("<sip:101@box;transport=udp>;tag=1", "101", ""),
        ("sip:101@box", "101", ""),
        ("Ann <sips:201@box>", "201", "Ann"),
        ('"a \\"b\\" c" <tel:+12125550100>', "+12125550100", 'a "b" c'),
        ("<sip:127.0.0.1:5060>", "127.0.0.1:5060", ""),
        ("", "", ""),
        ('"never closed <sip:1@x>', "1", '"never closed'),
    ],
)
def test_party_when_read_then_user_and_name(value: str, user: str, name: str) -> None:
    assert read_party(value) == Party(user=user, name=name)


@given(st.text(max_size=60), st.from_regex(r"[+]?[0-9*#]{1,20}", fullmatch=True))
def test_party_when_written_and_read_then_the_same(name: str, user: str) -> None:
    printable = "".join(letter for letter in name if letter.isprintable())
    assert read_party(name_addr(Party(user=user, name=name), "127.0.0.1")) == Party(user=user, name=printable)


@given(st.text(), st.text())
def test_name_addr_when_party_is_anything_then_one_line_that_ends_as_meant(user: str, name: str) -> None:
    written = name_addr(Party(user=user, name=name), "127.0.0.1")
    assert "\n" not in written
    assert "\r" not in written
    assert written.endswith("@127.0.0.1>")


def test_settings_when_shown_then_without_the_password() -> None:
    assert "s3cret" not in repr(AgentSettings(user="201", edge="127.0.0.1:5060", password="s3cret"))


def test_invite_when_it_wants_to_be_answered_at_once_then_only_by_its_header() -> None:
    invite = "INVITE sip:201@127.0.0.1:5060 SIP/2.0\r\nCall-Info: <http://127.0.0.1/>;answer-after={}\r\n\r\nv=0\r\n"
    assert dialled_user(invite) == "201"
    assert wants_auto_answer(invite.format(0))
    assert not wants_auto_answer(invite.format(5))
    assert not wants_auto_answer("INVITE sip:201@box SIP/2.0\r\n\r\nCall-Info: <x>;answer-after=0\r\n")
    assert dialled_user("") == ""
