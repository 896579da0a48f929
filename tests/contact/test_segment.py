from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from appliance import clock
from appliance.contact.link import Link
from appliance.contact.segment import FLUSH_S, Segment
from appliance.contact.timers import Timers
from appliance.events import ContactDisconnected, ContactEvent, DisconnectReason, SystemConnected
from appliance.ids import ContactId, LegId

ANN, BEN = LegId("customer"), LegId("agent-1")


class Said:
    """A link that writes down what is said on it."""

    def __init__(self) -> None:
        self.events: list[ContactEvent] = []
        self.released: list[ContactId] = []

    def send(self, event: ContactEvent) -> None:
        self.events.append(event)

    def release(self, contact: ContactId) -> None:
        self.released.append(contact)


class Scene:
    def __init__(self, spool: Path) -> None:
        self.now_s = 0.0
        self.said = Said()
        self.timers = Timers(lambda: self.now_s)
        self.segment = Segment(
            ContactId("one"), spool=spool, link=cast(Link, self.said), clock=clock.now, timers=self.timers
        )

    def go(self, seconds: float) -> None:
        self.now_s += seconds
        self.timers.run_due()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_emit_when_called_is_journalled_and_said(scene: Scene, tmp_path: Path) -> None:
    scene.segment.emit(SystemConnected())
    assert [event.seq for event in scene.said.events] == [1]
    assert (tmp_path / "one" / "journal.jsonl").read_bytes().count(b"\n") == 1


def test_close_when_called_twice_says_it_once(scene: Scene) -> None:
    scene.segment.close(DisconnectReason.OTHER, "IN_FLOW")
    scene.segment.close(DisconnectReason.CUSTOMER_DISCONNECT, "CONNECTED")
    assert [event.body for event in scene.said.events] == [
        ContactDisconnected(reason=DisconnectReason.OTHER, pre_disconnect_state="IN_FLOW")
    ]


def test_release_when_legs_are_still_up_waits_for_the_last_and_for_the_files(scene: Scene) -> None:
    scene.segment.leg_up(ANN)
    scene.segment.leg_up(BEN)
    scene.segment.close(None, "CONNECTED")
    scene.segment.leg_down(ANN)
    scene.go(60)
    assert scene.said.released == []
    scene.segment.leg_down(BEN)
    assert scene.said.released == []
    scene.go(FLUSH_S)
    assert scene.said.released == ["one"]
    scene.go(60)
    assert scene.said.released == ["one"]


def test_release_when_the_segment_is_open_waits_for_its_end(scene: Scene) -> None:
    scene.segment.leg_up(ANN)
    scene.segment.leg_down(ANN)
    scene.go(60)
    assert scene.said.released == []


def test_release_when_it_is_the_last_of_its_contact_is_left_to_that(scene: Scene) -> None:
    scene.segment.last = True
    scene.segment.close(DisconnectReason.OTHER, "IN_FLOW")
    scene.go(60)
    assert scene.said.released == []
    scene.segment.let_go()
    assert scene.said.released == ["one"]
