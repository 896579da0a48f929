"""Logging of every process: what is masked, what is added."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

import pytest

from appliance import logs
from appliance.ids import ContactId, LegId, TrunkId


def line_of(message: str, *arguments: object, **extra: object) -> str:
    """What a plain handler writes of one record."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.PlainFormatter("%(message)s%(fields)s"))
    handler.addFilter(logs.MaskNumbers())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.info(message, *arguments, extra=extra)
    return stream.getvalue().rstrip("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call from +12125550199", "call from xxxxxxxxx199"),
        ("sip:02125550199@box", "sip:xxxxxxxx199@box"),
        ("extension 101 at port 5060", "extension 101 at port 5060"),
        ("contact 12345678-1234-1234-1234-123456789012", "contact 12345678-1234-1234-1234-123456789012"),
        ("took 12345678.5 s", "took 12345678.5 s"),
        ("number 2125550199.", "number xxxxxxx199."),
        ("rec-12345678.wav", "rec-12345678.wav"),
    ],
)
def test_masked_when_number_then_last_three_digits_are_left(text: str, shown: str) -> None:
    assert logs.masked(text) == shown


def test_record_when_number_is_an_argument_then_is_masked_and_arguments_are_gone() -> None:
    assert line_of("dialled %s", "+82212345678") == "dialled xxxxxxxxx678"


def test_record_when_fields_are_given_then_plain_line_ends_with_them() -> None:
    extra = logs.fields(contact=ContactId("c-1"), leg=LegId("agent-1"), trunk=TrunkId("acme"))
    assert extra == {"CONTACT_ID": "c-1", "LEG_ID": "agent-1", "TRUNK": "acme"}
    assert line_of("answered", **extra) == "answered [contact=c-1 leg=agent-1 trunk=acme]"


def test_journal_when_record_has_raw_attributes_then_they_are_not_sent() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    def send(message: str, **given: Any) -> None:
        sent.append((message, given))

    clean = logs.journal_sender(send)
    clean(
        "from +12125550199",
        CONTACT_ID="c-1",
        CODE_ARGS="('+12125550199',)",
        EXCEPTION_TEXT="ValueError: +12125550199",
        EXCEPTION_INFO=object(),
        args=("+12125550199",),
        msg="from %s",
    )
    assert sent == [
        ("from xxxxxxxxx199", {"CONTACT_ID": "c-1", "EXCEPTION_TEXT": "ValueError: xxxxxxxxx199"}),
    ]


def test_journal_when_standard_error_is_something_else_then_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    assert not logs.under_journald()
    monkeypatch.delenv("JOURNAL_STREAM")
    assert not logs.under_journald()


def test_set_up_when_called_twice_then_lines_come_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before, level = tuple(root.handlers), root.level
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    try:
        logs.set_up("linekeeper-test")
        logs.set_up("linekeeper-test", level="warning")
        root.info("not shown")
        root.warning("call from %s", "+12125550199")
        assert capsys.readouterr().err.count("call from xxxxxxxxx199") == 1
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert sys.stderr is not None
