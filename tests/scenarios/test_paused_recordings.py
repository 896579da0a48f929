"""Payment data: the agent pauses the recording by keys, the customer keys in a card number, both go on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from kit.audio import read_sides
from kit.box import RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, put_through

pytestmark = pytest.mark.scenario
CARD = "4929123412341234"


def test_recording_when_the_agent_pauses_it_by_keys_then_marked_silence_and_no_card_number_anywhere(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    began = agent.heard().duration_s
    agent.wait_heard(lambda sound: sound.duration_s > 1.0, since_s=began, what="a second of talk")
    agent.send_digits("*60")
    paused = box.wait_event(contact, "RecordingPaused")
    customer.send_digits(CARD)
    agent.send_digits("*61")
    resumed = box.wait_event(contact, "RecordingResumed")
    ended = agent.heard().duration_s
    agent.wait_heard(  # the keys that the customer's phone still has to send are no sound
        lambda sound: sound.duration_s > 1.0 and sound.part(-1.0).tone_seconds(CUSTOMER_HZ) > 0.9,
        since_s=ended,
        what="another second of talk",
    )
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    recording = box.wait_recording(contact)
    (pause,) = record["Linekeeper"]["Recordings"][0]["Pauses"]
    assert (pause["From"], pause["To"], pause["By"]) == (paused["at_s"], resumed["at_s"], "ann")
    for side, tone_hz in zip(read_sides(Path(recording["file"])), (CUSTOMER_HZ, AGENT_HZ), strict=True):
        assert side.part(0.2, pause["From"] - 0.2).has_tone(tone_hz)
        assert side.part(pause["From"] + 0.1, pause["To"] - 0.1).rms() < 30
        assert side.part(-0.8, -0.3).has_tone(tone_hz)
    told = subprocess.check_output(["metaflac", "--show-tag=PAUSED", recording["file"]], text=True)
    assert told == f"PAUSED={pause['From']:.3f}-{pause['To']:.3f}\n"
    files = [path for path in box.folder.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if CARD.encode() in path.read_bytes()] == []
