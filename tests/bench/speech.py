"""How soon a message sounds: `python tests/bench/speech.py [--rounds N]`, with its own studio and the real programs.

Prints one JSON line, milliseconds from asking for a message until its file can be played (polled every 10 ms, as the
announcer does): median and 99th percentile for a sound in the cache, short texts that nobody has said before, a
built-in sentence with a number, texts of about 500 and 5,000 characters, and twenty new texts asked for at once.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kit import studio

from appliance.contact.media.announcer import RENDER_POLL_S
from appliance.contact.media.prompts import Prompts, Rendering
from appliance.contact.settings import SpeechSettings
from appliance.flow.commands import Message

SENTENCE = "Thank you for calling. Please listen carefully, because our menu has changed. "


def waited_ms(prompts: Prompts, message: Message) -> float:
    """Ask for `message` and wait until it can be played."""
    began = time.perf_counter()
    found = prompts.find(message)
    while isinstance(found, Rendering) and not found.poll():
        time.sleep(RENDER_POLL_S)
    return (time.perf_counter() - began) * 1000


def figures(times_ms: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    ordered = sorted(times_ms)
    return {"p50_ms": round(ordered[len(ordered) // 2], 2), "p99_ms": round(ordered[len(ordered) * 99 // 100], 2)}


def measure(prompts: Prompts, rounds: int) -> dict[str, dict[str, float]]:
    """Every figure by its name."""

    def each(count: int, make: Callable[[int], Message]) -> dict[str, float]:
        return figures([waited_ms(prompts, make(number)) for number in range(count)])

    def text(number: int) -> Message:
        return Message(text=f"You are number {number} in the queue.")

    with ThreadPoolExecutor(20) as pool:
        together = pool.map(
            lambda number: waited_ms(prompts, Message(text=f"All at once, number {number}.")), range(20)
        )
        at_once = figures(list(together))
    return {
        "new_text": each(rounds, text),
        "cached": each(rounds, text),
        "new_korean": each(
            rounds, lambda n: Message(text=f"대기 순서는 {n}번입니다.", language="ko-KR", voice="Seoyeon")
        ),
        "builtin": each(rounds, lambda n: Message(prompt=f"builtin/queue_position?position={n}")),
        "500_characters": each(rounds // 10, lambda n: Message(text=f"{n}. {SENTENCE * 6}")),
        "5000_characters": each(rounds // 10, lambda n: Message(text=f"{n}. {SENTENCE * 63}")),
        "20_at_once": at_once,
    }


def main() -> None:
    """Measure in a folder that is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name, studio.running(Path(name), SpeechSettings()):
        print(json.dumps(measure(Prompts(Path(name), Path(name) / studio.SOCKET), max(10, rounds))))


if __name__ == "__main__":
    main()
