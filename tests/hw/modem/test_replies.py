"""Lines of a modem, cut anywhere, and the caller's fields in them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.line.caller_id import Absence, CallerId, with_text
from hw.modem.replies import LONGEST_LINE, Lines, Reply, Result

TALK = b"AT+FCLASS=8\r\r\nOK\r\n\r\nRING\r\n\r\nDATE=1122\r\nTIME=1830\r\nNMBR=0225550123\r\nNAME=HAN\r\n\r\nRING\r\n"


@given(st.lists(st.integers(0, len(TALK)), max_size=8))
def test_lines_when_cut_anywhere_then_the_same_replies(cuts: list[int]) -> None:
    edges = sorted({0, len(TALK), *cuts})
    lines = Lines()
    found = [reply for start, end in itertools.pairwise(edges) for reply in lines.feed(TALK[start:end])]
    assert found == Lines().feed(TALK)
    assert [reply.result for reply in found if reply.result] == [Result.OK]
    assert sum(reply.ring for reply in found) == 2


@pytest.mark.parametrize(
    ("text", "result"),
    [("CONNECT", Result.CONNECT), ("CONNECT 115200", Result.CONNECT), ("NO DIALTONE", Result.NO_DIAL_TONE),
     ("NO DIAL TONE", Result.NO_DIAL_TONE), ("VCON", Result.VOICE_CONNECT), ("+VSM: 131", None), ("OKAY", None)],
)  # fmt: skip
def test_reply_when_it_ends_a_command_then_with_which_result(text: str, result: Result | None) -> None:
    assert Lines().feed(f"{text}\r\n".encode()) == [Reply(text=text, result=result)]


def test_line_when_it_never_ends_or_is_no_text_then_bounded_and_clean() -> None:
    (reply,) = Lines().feed(b"\x00\xff" + b"x" * 5000 + b"\r")
    assert reply.text == "x" * LONGEST_LINE


def test_half_a_line_when_the_stream_begins_then_forgotten() -> None:
    lines = Lines()
    lines.feed(b"OK")
    lines.forget()
    assert lines.feed(b"\r\n") == []


def read(*lines: str) -> CallerId:
    known = CallerId()
    for line in lines:
        told = with_text(known, line)
        assert told is not None
        known = told
    return known


def test_caller_when_told_field_by_field_in_any_spelling_then_put_together() -> None:
    whole = CallerId(number="5551234", name="HAN", month=8, day=1, hour=18, minute=1)
    assert read("DATE=0801", "TIME=1801", "NMBR=5551234", "NAME=HAN") == whole
    assert read("NAME = HAN ", "NMBR = 555-1234", "TIME = 1801", "DATE = 0801") == whole


@pytest.mark.parametrize(
    ("text", "absence"), [("P", Absence.PRIVATE), ("O", Absence.OUT_OF_AREA), ("PRIVATE", Absence.PRIVATE)]
)
def test_caller_when_withheld_then_why(text: str, absence: Absence) -> None:
    assert read(f"NMBR={text}") == CallerId(no_number=absence)


@pytest.mark.parametrize("line", ["OK", "NMBR", "DDN =5", "nmbr=5", "+VRID: 1"])
def test_line_when_it_tells_of_no_caller_then_none(line: str) -> None:
    assert with_text(CallerId(), line) is None


@pytest.mark.parametrize("line", ["DATE=1350", "DATE=11", "TIME=2575", "TIME=abcd"])
def test_moment_when_it_is_none_then_nothing_changes(line: str) -> None:
    assert with_text(CallerId(), line) == CallerId()


@given(st.text(max_size=80))
def test_name_when_it_holds_anything_then_it_can_be_shown(text: str) -> None:
    told = with_text(CallerId(), f"NAME={text}")
    assert told is None or (told.name.isprintable() and len(told.name) <= 64)
