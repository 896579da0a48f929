"""The sounds every box has without anybody providing them: music on hold, ring-back tone, three tones for agents.

Made once with sox, at the bridge's rate, into a folder of their own: a prompt of the same name, from a technician or
the console, is heard instead, and where it goes the box's own sound is back.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

_CHORDS = (("C4", "E4", "G4", "C5"), ("A3", "C4", "E4", "A4"), ("F3", "A3", "C4", "F4"), ("G3", "B3", "D4", "G4"))
_RINGBACK = "synth 2 sine 440 sine 480 remix - gain -18 pad 0 4"  # two tones, 2 s on, 4 s off
_ATTENTION = "synth 0.35 sine 880 sine 1175 remix - gain -18 fade 0.01 0.35 0.05"  # two notes: "you are on"
_CONFIRMED = "synth 0.2 sine 880 gain -18 fade 0.01 0.2"
_REFUSED = "synth 0.18 sine 240 gain -15 fade 0.01 0.18 pad 0 0.07 repeat 2"
_TONE = "synth 0.4 sine 1000 gain -n -14 pad 0.1 0"  # after which a message is recorded
_CHORD_S = 2.5
_FORMAT = ("-n", "-r", "8000", "-c", "1", "-b", "16")


def ensure(prompts: Path) -> None:
    """Make each sound in `prompts` where it is missing. Raises OSError, CalledProcessError."""
    prompts.mkdir(parents=True, exist_ok=True)
    _make(prompts / "music.wav", _music())
    _make(prompts / "ringback.wav", _RINGBACK.split())
    _make(prompts / "attention.wav", _ATTENTION.split())
    _make(prompts / "confirmed.wav", _CONFIRMED.split())
    _make(prompts / "refused.wav", _REFUSED.split())
    _make(prompts / "tone.wav", _TONE.split())


def _music() -> list[str]:
    """Four plucked chords, repeated into half a minute, quiet enough to talk over."""
    effects: list[str] = []
    for chord in _CHORDS:
        effects += ["synth", str(_CHORD_S), *(part for note in chord for part in ("pluck", note))]
        effects += ["remix", "-", "fade", "0.02", str(_CHORD_S), "0.2", "gain", "-n", "-12", ":"]
    return [*effects[:-1]]


def _make(path: Path, effects: list[str]) -> None:
    if path.exists():
        return
    aside = path.with_name(f".{path.name}")
    if ":" not in effects:
        _sox([*_FORMAT, str(aside), *effects])
    else:
        _joined(aside, effects)
    aside.replace(path)


def _joined(target: Path, effects: list[str]) -> None:
    """One file per chord, then all of them in a row, three times."""
    parts: list[Path] = []
    for number, chord in enumerate(" ".join(effects).split(" : ")):
        part = target.with_name(f"{target.stem}-{number}.wav")
        _sox([*_FORMAT, str(part), *chord.split()])
        parts.append(part)
    _sox([*(str(part) for part in parts), str(target), "repeat", "2"])
    for part in parts:
        part.unlink()


def _sox(arguments: list[str]) -> None:
    subprocess.run(["sox", "-R", *arguments], check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
