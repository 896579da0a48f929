"""Judge a finished stereo recording by decoding it: length, who is on which side, nobody silent."""

from __future__ import annotations

from pathlib import Path

from kit.audio import Sound, read_sides

STEP_S = 5.0
WINDOW_S = 0.4


def problems(
    path: Path, *, length_s: float, tolerance_s: float, customer_hz: float, agent_hz: float, share: float = 0.2
) -> list[str]:
    """What is wrong with the recording; nothing if it is good.

    Customer left, agent right: each side must carry its own tone every `STEP_S` seconds, and more of it than of the
    other's. `length_s` is what the length should be.
    """
    sides = read_sides(path)
    if len(sides) != 2:
        return [f"{len(sides)} channels instead of 2"]
    found: list[str] = []
    for name, side, own_hz, other_hz in (
        ("customer", sides[0], customer_hz, agent_hz),
        ("agent", sides[1], agent_hz, customer_hz),
    ):
        if abs(side.duration_s - length_s) > tolerance_s:
            found.append(f"{name} side lasts {side.duration_s:.2f} s instead of {length_s:.2f} s")
        found += [f"{name} side at {at:.1f} s: {fault}" for at, fault in _faults(side, own_hz, other_hz, share)]
    return found


def _faults(side: Sound, own_hz: float, other_hz: float, share: float) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = []
    at = min(1.0, side.duration_s / 3)
    while at + WINDOW_S < side.duration_s - 0.5:
        part = side.part(at, at + WINDOW_S)
        own, other = part.tone_share(own_hz), part.tone_share(other_hz)
        if part.rms() < 300.0:
            found.append((at, "silent"))
        elif own < share or own < 2 * other:
            found.append((at, f"{own_hz:g} Hz has {own:.2f} of the energy, {other_hz:g} Hz {other:.2f}"))
        at += STEP_S
    return found


def tones(path: Path, candidates_hz: tuple[float, ...], *, share: float = 0.6) -> list[float | None]:
    """For each side, which of the candidates it mostly carries in its middle half; None for none of them."""
    found: list[float | None] = []
    for side in read_sides(path):
        middle = side.part(side.duration_s / 4, side.duration_s * 3 / 4)
        found.append(next((each for each in candidates_hz if middle.has_tone(each, share=share)), None))
    return found


def duration_s(path: Path) -> float:
    """Length of the decoded sound."""
    return read_sides(path)[0].duration_s
