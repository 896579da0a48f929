"""The audio test of a headset, step by step with the person who wears it. Knows devices and a technician, no terminal.

Steps: a spoken prompt; the own voice in the own ear, with its level; how long sound is under way; each button; each
lamp. A step that finds fault doesn't stop the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from hw.audio.level import SILENT_DB, Meter, bar
from hw.audio.loop import FRAME_S, Loop
from hw.audio.roundtrip import CHIRP, RATE_HZ, find_chirp
from hw.headset.descriptor import Kind as ReportKind
from hw.headset.descriptor import parse_descriptor
from hw.headset.interface import HeadsetPort
from hw.headset.reports import OutputReports, read_report
from hw.headset.usages import (
    FLASH,
    HOOK_SWITCH,
    LED_HOLD,
    LED_MUTE,
    LED_OFF_HOOK,
    LED_RING,
    NAMES,
    PHONE_MUTE,
    REDIAL,
    REJECT,
    VOLUME_DOWN,
    VOLUME_UP,
    Usage,
)

QUIET_DB, LOUD_DB = -45.0, -6.0  # of the loudest tenth of a second
GOOD_DELAY_MS = 120.0  # more is felt as lag by who hears itself
LISTEN_S = 1.0
PRESS_S = 10.0
BUTTONS = (HOOK_SWITCH, PHONE_MUTE, FLASH, REDIAL, REJECT, VOLUME_UP, VOLUME_DOWN)
_HINTS = {HOOK_SWITCH: " (the call button, or lower the microphone's arm)", FLASH: " (hold)"}
LAMPS = (LED_OFF_HOOK, LED_RING, LED_MUTE, LED_HOLD)
_TURN_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step found. words: for the technician; value: what was measured, None for nothing."""

    step: str
    fine: bool
    words: str
    value: float | None = None


class Technician(Protocol):
    """The person at the terminal."""

    def tell(self, words: str) -> None:
        """What to do now."""

    def show(self, picture: str) -> None:
        """A line that replaces the one before."""

    def agrees(self, question: str) -> bool | None:
        """None: nobody is there to answer."""


class Trial:
    """One headset. speak: text → 16 bit at 8 kHz."""

    def __init__(self, loop: Loop, port: HeadsetPort, technician: Technician, speak: Callable[[str], bytes]) -> None:
        self._loop = loop
        self._port = port
        self._technician = technician
        self._speak = speak
        self._layout = parse_descriptor(port.descriptor)
        self._lamps = OutputReports(self._layout)

    # ── sound ────────────────────────────────────────────────────────────────────────────────────────────────────

    def voice(self) -> Finding:
        """A spoken sentence in the ear."""
        self._say("This is the audio test. Say something when I have finished. You will hear your own voice.")
        heard = self._technician.agrees("Did you hear the voice, clear and undistorted?")
        words = {True: "heard", False: "not heard: is this the right headset, and its volume up?", None: "not asked"}
        return Finding(step="voice", fine=heard is not False, words=words[heard])

    def own_voice(self, seconds: float) -> Finding:
        """The microphone in the ear, and a picture of its level meanwhile."""
        self._technician.tell(f"Speak now, for {seconds:g} seconds: you hear yourself.")
        self._loop.looped = True
        meter, loudest, done = Meter(), SILENT_DB, len(self._loop.heard)
        for _ in range(round(seconds / _TURN_S)):
            self._loop.wait(_TURN_S)
            fresh, done = self._loop.heard[done:].tobytes(), len(self._loop.heard)
            level = meter.take(fresh, _TURN_S)
            loudest = max(loudest, level)
            self._technician.show(f"microphone {bar(level)} {level:6.1f} dB")
        self._loop.looped = False
        return Finding(step="microphone", fine=QUIET_DB <= loudest <= LOUD_DB, words=_judge(loudest), value=loudest)

    def delay(self) -> Finding:
        """A chirp goes to the ear and comes back by the microphone."""
        self._technician.tell("Hold the microphone to the ear piece.")
        before, said = len(self._loop.heard), self._loop.said
        self._loop.say(CHIRP.tobytes())
        self._loop.wait(LISTEN_S)
        lead = said - before  # frames are exchanged in pairs: usually none
        found = find_chirp(self._loop.heard[before:])
        if found is None:
            return Finding(step="delay", fine=False, words="the chirp did not come back: microphone to the ear piece")
        delay_ms = 1000.0 * (found + lead) / RATE_HZ
        verdict = "good" if delay_ms <= GOOD_DELAY_MS else "long: another USB port, or no hub?"
        return Finding(
            step="delay", fine=delay_ms <= GOOD_DELAY_MS, words=f"{delay_ms:.0f} ms, {verdict}", value=delay_ms
        )

    def _say(self, text: str) -> None:
        self._loop.say(self._speak(text))
        while self._loop.speaking:
            self._loop.wait(FRAME_S)

    # ── buttons and lamps ────────────────────────────────────────────────────────────────────────────────────────

    def buttons(self) -> Iterator[Finding]:
        """Each that the device has; most report nothing but the hook unless the off-hook lamp burns."""
        self._set(LED_OFF_HOOK)
        for button in BUTTONS:
            if self._layout.find(ReportKind.INPUT, button) is None:
                continue
            self._technician.tell(f"Press the button: {NAMES[button]}{_HINTS.get(button, '')}.")
            pressed = self._wait_for(button, time.monotonic() + PRESS_S)
            words = "works" if pressed else f"no report in {PRESS_S:g} s"
            yield Finding(step=NAMES[button], fine=pressed, words=words)
        self._set(None)

    def lamps(self) -> Iterator[Finding]:
        """Each that the device has, one after the other."""
        for lamp in LAMPS:
            if not self._lamps.has(lamp):
                continue
            self._set(lamp)
            seen = self._technician.agrees(f"Does the {NAMES[lamp]} burn, or does the headset say so?")
            words = {True: "works", False: "not seen", None: "set"}
            yield Finding(step=NAMES[lamp], fine=seen is not False, words=words[seen])
        self._set(None)

    def _set(self, lamp: Usage | None) -> None:
        for report in self._lamps.set({one: one is lamp for one in LAMPS}):
            self._port.send(report)

    def _wait_for(self, button: Usage, until: float) -> bool:
        """Any change of a hook switch that isn't the answer to our lamp counts, and any press of another button."""
        at_rest = 1 if button == HOOK_SWITCH else 0
        while (left := until - time.monotonic()) > 0:
            report = self._port.receive(min(left, _TURN_S))
            values = read_report(self._layout, report) if report is not None else {}
            if button in values and values[button] != at_rest:
                return True
        return False


def _judge(loudest_db: float) -> str:
    if loudest_db <= SILENT_DB:
        return "nothing at all: is it muted?"
    if loudest_db < QUIET_DB:
        return f"{loudest_db:.0f} dB, too quiet: microphone to the mouth, or its gain up"
    if loudest_db > LOUD_DB:
        return f"{loudest_db:.0f} dB, too loud: it will crackle; gain down"
    return f"{loudest_db:.0f} dB, good"
