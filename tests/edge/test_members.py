"""A contact process rings the phones of several extensions with one INVITE."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from edge.parties import Parties, Party
from edge.running import RunningEdge

pytestmark = pytest.mark.scenario
Phone = Callable[..., Party]
ALL = "X-Linekeeper-Members: 100,101,102\n"


def test_members_when_one_answers_then_its_extension_is_named_and_the_others_are_told(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    silent = [parties.start("ring", port=phone(edge, extension).port) for extension in ("100", "102", "102")]
    parties.start("answer_late", port=phone(edge, "101").port, pause_ms=400)

    process = parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled="100", headers=ALL).done()

    (answer,) = [each for each in process.received("SIP/2.0 200") if "INVITE" in each.split("CSeq:")[1].split("\n")[0]]
    assert "X-Linekeeper-Extension: 101" in answer
    for each in silent:
        each.done()
        (invite,) = each.received("INVITE")
        assert "X-Linekeeper-Members" not in invite
        (cancel,) = each.received("CANCEL")
        assert 'Reason: SIP;cause=200;text="Call completed elsewhere"' in cancel


def test_members_when_some_are_busy_or_not_there_then_the_others_still_ring(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    parties.start("refuse", port=phone(edge, "101").port, status="486")
    parties.start("answer_late", port=phone(edge, "102").port, pause_ms=400)

    process = parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled="100", headers=ALL).done()

    assert any("X-Linekeeper-Extension: 102" in each for each in process.received("SIP/2.0 200"))


def test_members_when_all_are_busy_then_busy(edge: RunningEdge, parties: Parties, phone: Phone) -> None:
    for extension in ("101", "102"):
        parties.start("refuse", port=phone(edge, extension).port, status="486")

    parties.start("leg_refused", port=edge.slot_port(0), to=edge.inside, status="486", headers=ALL).done()


def test_members_when_nobody_is_registered_then_480(edge: RunningEdge, parties: Parties) -> None:
    parties.start("leg_refused", port=edge.slot_port(0), to=edge.inside, status="480", headers=ALL).done()
