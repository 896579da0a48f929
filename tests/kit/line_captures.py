"""Captures of a line, made from the simulated exchange: every state, as a technician would record it."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace

from kit.exchange import SILENCE, STEP_S, Exchange, Place, Plan, Sign

from hw.line.caller_id import CallerId
from hw.line.doctor import captures as c
from hw.line.doctor.captures import Captures, Samples
from hw.line.doctor.probe import FREQUENCIES_HZ, probe_sound
from hw.line.dtmf import dial_tones
from hw.line.g711 import to_mulaw, to_samples

CALLER = CallerId(number="0225550123", name="HAN")


def record(exchange: Exchange, seconds: float, *, off_hook: bool) -> tuple[Samples, list[tuple[float, Sign]]]:
    """What the line says, and the signs that aren't sound with their time."""
    sound, signs = bytearray(), []
    for step in range(round(seconds / STEP_S)):
        found = exchange.step(SILENCE, off_hook)
        sound += found.mulaw
        signs += [(step * STEP_S, sign) for sign in found.signs]
    return to_samples(bytes(sound)), signs


def of_a_line(plan: Plan, *, echo_db: float = 12.0, echo_s: float = 0.06, noise: float = 4.0) -> Captures:
    """Every state of a line that is well."""
    idle, _ = record(Exchange(plan), 1.0, off_hook=False)
    off_hook, _ = record(Exchange(plan), 3.0, off_hook=True)
    called = Exchange(plan)
    called.call(CALLER)
    ringing, signs = record(called, 9.0, off_hook=False)
    ended, ends = hung_up(plan)
    sounds = {c.IDLE: idle, c.OFF_HOOK: off_hook, c.ECHO: echo(echo_db, echo_s), c.RINGING: ringing, c.ENDED: ended}
    return Captures(
        country=plan.country,
        sounds={state: with_noise(sound, noise) for state, sound in sounds.items()},
        rings_s=tuple(at for at, sign in signs if sign is Sign.RING),
        break_s=1.0 if Sign.BREAK in ends else None,
    )


def hung_up(plan: Plan) -> tuple[Samples, list[Sign]]:
    """What is heard from the far end's hang-up on."""
    exchange = Exchange(replace(plan, subscribers=("12",), answer_after_s=0.1))
    said = to_mulaw(dial_tones("12"))
    for at in range(0, len(said) - 159, 160):
        exchange.step(said[at : at + 160], True)
    while exchange.place is not Place.TALK:
        exchange.step(SILENCE, True)
    exchange.hang_up()
    sound, signs = record(exchange, 6.0, off_hook=True)
    return sound, [sign for _, sign in signs]


def echo(loss_db: float, delay_s: float) -> Samples:
    """What a hybrid sends back of the probe."""
    factor = 10 ** (-loss_db / 20)
    heard = [0] * round(delay_s * 8000) + [round(sample * factor) for sample in probe_sound()] + [0] * 4000
    return to_samples(to_mulaw(heard))


def with_noise(sound: Samples, sigma: float) -> Samples:
    chance = random.Random(len(sound))
    return array("h", (max(-32768, min(32767, round(sample + chance.gauss(0.0, sigma)))) for sample in sound))


__all__ = ["CALLER", "FREQUENCIES_HZ", "echo", "hung_up", "of_a_line", "record", "with_noise"]
