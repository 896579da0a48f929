"""Finding out what modem it is, and setting it up as its model wants it."""

from __future__ import annotations

import pytest
from kit.fake_modem import FakeModem

from hw.modem.commands import Commands
from hw.modem.introduction import RESYNC, Introduction
from hw.modem.replies import Lines


def introduced(modem: FakeModem, country: str = "US") -> Introduction:
    """As far as it goes."""
    commands, lines = Commands(), Lines()
    introduction = Introduction(country, commands)
    while (sent := introduction.resync()) is not None:
        modem.receive(sent)
    while text := commands.next(0.0):
        for reply in lines.feed(modem.receive(text)):
            if (asked := commands.answered(reply)) is not None and asked.then is not None:
                asked.then(reply.result, commands.answers)
        if (late := commands.given_up()) is not None and late.then is not None:
            late.then(None, commands.answers)
    return introduction


@pytest.mark.parametrize(
    ("chip", "model", "mulaw"),
    [("cx", "Conexant CX930xx", 131), ("usr", "USRobotics USR5637", 131), ("other", "voice modem", 4)],
)
def test_modem_when_it_answers_then_known_and_set_up(chip: str, model: str, mulaw: int) -> None:
    modem = FakeModem(chip)
    found = introduced(modem)
    assert (found.model.name, found.mulaw, found.over, found.mute) == (model, mulaw, True, False)
    assert found.model.silence_off in modem.commands
    assert ("AT+GCI=B5" in modem.commands) is found.model.countries


def test_modem_when_it_answers_nothing_then_mute_and_no_more_is_asked() -> None:
    modem = FakeModem(mute=True)
    found = introduced(modem)
    assert (found.mute, found.over) == (True, False)


def test_modem_when_a_process_was_killed_in_its_stream_then_led_out_of_it() -> None:
    modem = FakeModem(stuck=True)
    assert introduced(modem).over
    assert not modem.streaming
    assert len(RESYNC) == 3
