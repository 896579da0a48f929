"""What the findings mean for a technician: one line each of what was found, and sentences of what is wrong. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from hw.line.doctor.callers import Standard
from hw.line.doctor.findings import Disconnect, Findings, Loop

POOR_ECHO_DB, GOOD_ECHO_DB = 8.0, 14.0
QUIETEST_DBM0, LOUDEST_DBM0 = -27.0, -3.0
NOISY_DBM0 = -50.0


def facts_of(found: Findings) -> dict[str, str]:
    """By subject; what was not measured is not there."""
    facts = {"line": found.loop.value}
    if found.voltage_v is not None:
        facts["voltage"] = f"{found.voltage_v:g} V"
    if found.loop is Loop.LINE:
        tones = " + ".join(f"{hz:g}" for hz in found.dial_tone.frequencies_hz)
        facts["dial tone"] = f"{tones} Hz at {found.dial_tone.level_dbm0:.0f} dBm0"
        facts["tone plan"] = ", ".join(found.countries) or "no country's that is known here"
    if found.idle_dbm0 is not None:
        facts["noise"] = f"{found.idle_dbm0:.0f} dBm0 on-hook"
    if found.echo is not None:
        echo = found.echo
        facts["echo"] = f"return loss {echo.return_loss_db:.0f} dB, after {echo.delay_s * 1000:.0f} ms"
    if found.caller is not None:
        facts["caller id"] = _caller(found)
    if found.disconnect is not Disconnect.UNKNOWN:
        facts["hang-up"] = _hang_up(found)
    return facts


def remarks_of(found: Findings) -> tuple[str, ...]:
    """What is wrong or worth knowing, the worst first; each says what to do."""
    parts = (_of_the_loop, _of_the_country, _of_levels, _of_callers, _of_the_end)
    return tuple(remark for part in parts for remark in part(found))


def _caller(found: Findings) -> str:
    seen = found.caller
    if seen is None or seen.standard is Standard.NONE:
        return "none"
    if seen.standard is Standard.DEVICE:
        return seen.standard.value
    return f"{seen.standard.value}, {'before the first' if seen.before_ring else 'after the first'} ring"


def _hang_up(found: Findings) -> str:
    if found.disconnect is Disconnect.BREAK and found.break_s is not None:
        return f"loop break of {found.break_s * 1000:.0f} ms" if found.break_s else "loop break"
    if found.end_tone is not None:
        tones = " + ".join(f"{hz:g}" for hz in found.end_tone.frequencies_hz)
        on, off = (*found.end_tone.cadence_s, 0.0, 0.0)[:2]
        return f"{found.end_tone.tone.value} tone, {tones} Hz, {on:g} s on, {off:g} s off"
    return found.disconnect.value


def _of_the_loop(found: Findings) -> Iterator[str]:
    if found.voice:
        yield f"The device carries no voice ({found.voice}): it is no voice modem, or hangs; plug it in again."
    if found.loop is Loop.NO_VOLTAGE:
        yield f"No voltage ({found.voltage_v:g} V): the cable is out, broken, or in the wrong socket."
    elif found.loop is Loop.DEAD:
        yield "No loop current: off-hook, not a sound comes. Cable or wrong socket, or somebody has the line."
    elif found.loop is Loop.NO_DIAL_TONE:
        yield (
            "There is sound, but no dial tone: somebody else is on the line, or it is a switchboard's without one; "
            "then set blind_dial = true."
        )


def _of_the_country(found: Findings) -> Iterator[str]:
    if found.loop is not Loop.LINE or found.country in found.countries:
        return
    if found.countries:
        theirs = " or ".join(found.countries)
        yield f"The dial tone is that of {theirs}, but the line is set to {found.country or 'none'}: set country."
    else:
        yield "No country that is known here has this dial tone; the profile has it as it was heard."


def _of_levels(found: Findings) -> Iterator[str]:
    level = found.dial_tone.level_dbm0
    if found.loop is Loop.LINE and level < QUIETEST_DBM0:
        yield f"The dial tone is weak ({level:.0f} dBm0): a very long line, a bad contact or a device too many on it."
    if found.loop is Loop.LINE and level > LOUDEST_DBM0:
        yield f"The dial tone is very loud ({level:.0f} dBm0) and may be distorted: lower the device's receive gain."
    if found.idle_dbm0 is not None and found.idle_dbm0 > NOISY_DBM0:
        yield f"The idle line is noisy ({found.idle_dbm0:.0f} dBm0): look for a bad contact or mains beside the cable."
    if found.echo is not None and found.echo.return_loss_db < POOR_ECHO_DB:
        yield (
            f"Much of what is said comes back ({found.echo.return_loss_db:.0f} dB lower only): the wrong country's "
            "impedance, a long line, or a telephone beside us; without an echo canceller agents hear themselves."
        )


def _of_callers(found: Findings) -> Iterator[str]:
    seen = found.caller
    if seen is None:
        return
    if seen.damaged and seen.standard is Standard.NONE:
        yield "A caller's number came damaged and is not used: the line is noisy."
    elif seen.standard is Standard.NONE:
        yield "No caller's number came: order it from the provider; a number that was withheld would show as such."
    elif not seen.caller.number and seen.caller.no_number is not None:
        yield f"Caller id works; this caller's number is {seen.caller.no_number.value}."


def _of_the_end(found: Findings) -> Iterator[str]:
    if found.disconnect is Disconnect.SILENCE:
        yield (
            "When the other side hangs up, the exchange says nothing: calls end only after three minutes of silence. "
            "Ask the provider for a loop break (CPC, kewlstart) or a busy tone."
        )
