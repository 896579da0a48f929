"""How quick is a menu? Prints one JSON line.

    python tests/bench/menu.py --contacts 20 --seconds 40

Starts a whole box and lets that many callers press keys in two menus that lead to each other. Measured from outside
(`kit.keys`): from the first packet of an RFC 4733 key to the first packet of the next prompt that is no silence. Keys
are pressed in silence, so that the next sound can only be the answer. Faults go to standard error; exit status 1 when
an answer never came or the 99th percentile is 50 ms or more.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.drive import NUMBER, say, usage
from kit.audio import write_tone
from kit.box import TRUNK_ADDRESS, RunningBox
from kit.flows import Document, action, flow
from kit.keys import KeyPlant
from kit.ports import reserve_ports
from kit.sipp import Sipp

LIMIT_MS = 50.0
RATE = 4.0  # new calls a second
TONES = {"menu-a": 800.0, "menu-b": 1100.0}
TONE_S = 0.3


def two_menus() -> Document:
    """1 in either leads to the other; silence repeats it."""
    return flow(
        "straight", "contactFlow", "a", _menu("a", "b"), _menu("b", "a"), action("bye", "DisconnectParticipant", {})
    )


def _menu(name: str, other: str) -> Document:
    asked = {"PromptId": f"menu-{name}", "StoreInput": "False", "InputTimeLimitSeconds": "60"}
    errors = {"InputTimeLimitExceeded": name, "NoMatchingCondition": name, "NoMatchingError": "bye"}
    return action(name, "GetParticipantInput", asked, name, errors=errors, equals={"1": other})


def main() -> int:
    """Run as the arguments say."""
    parser = argparse.ArgumentParser(description="Latency from key to prompt; one JSON line.")
    parser.add_argument("--contacts", type=int, default=20, help="callers in menus at the same time")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long keys are pressed")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="lk-menu-") as folder:
        figures = measure(Path(folder), chosen.contacts, chosen.seconds)
    print(json.dumps(figures), flush=True)
    return 0 if figures["lost"] == 0 and figures["keys"] and figures["p99_ms"] < LIMIT_MS else 1


def measure(folder: Path, contacts: int, seconds: float) -> dict[str, Any]:
    """contacts keys lost p50_ms p90_ms p99_ms max_ms cpu_pct (of all the box's processes; a core is 100) late_ms."""
    ports = reserve_ports(4 * contacts + 20)
    trunk_port, media = ports.take(), [ports.take_even() for _ in range(contacts)]
    trunk = f'\n[[trunks]]\nname = "bench"\nkind = "static"\nhost = "{TRUNK_ADDRESS}"\nport = {trunk_port}\n'
    with contextlib.ExitStack() as opened:
        opened.callback(ports.release)
        box = opened.enter_context(RunningBox(folder / "box", capacity=contacts, extra=trunk))
        for name, frequency_hz in TONES.items():
            write_tone(box.data / "prompts" / f"{name}.wav", frequency_hz=frequency_hz, duration_s=TONE_S)
        box.api.call("flow.install", name="straight", document=two_menus())
        calling_s = contacts / RATE
        plant = opened.enter_context(KeyPlant(media, press_s=calling_s + seconds, log=folder / "keys.log"))
        say(f"box serves; {contacts} callers; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        caller = _call(folder, box, trunk_port, media, hold_s=calling_s + seconds + 4.0)
        opened.callback(caller.stop)
        time.sleep(calling_s)
        before, began = usage(box), time.monotonic()
        time.sleep(seconds)
        after, took_s = usage(box), time.monotonic() - began
        result = caller.wait(failures=contacts)
        report = plant.report()
    say(f"caller: {result}; packets heard at least {min(report['heard'])}; plant late {report['late_ms']:.1f} ms")
    cpu_s = sum(after.cpu_s.values()) - sum(before.cpu_s.values())
    return _figures(report, contacts, cpu_pct=100.0 * cpu_s / took_s)


def _call(folder: Path, box: RunningBox, port: int, media: list[int], *, hold_s: float) -> Sipp:
    return Sipp(
        folder,
        "uac_trunk",
        port=port,
        remote=box.address,
        address=TRUNK_ADDRESS,
        rows=[(f"+1212555{number:04d}", "none", NUMBER, each) for number, each in enumerate(media, 100)],
        calls=len(media),
        rate=RATE,
        pause_ms=round(hold_s * 1000),
        fill={"codecs": "0 101"},
        trace="none",
        timeout_s=round(hold_s + len(media) / RATE + 60),
    )


def _figures(report: dict[str, Any], contacts: int, *, cpu_pct: float) -> dict[str, Any]:
    answers = sorted(report["answers_ms"])

    def share(part: float) -> float:
        return round(answers[min(len(answers) - 1, int(part * len(answers)))], 1) if answers else float("inf")

    return {
        "contacts": contacts,
        "keys": len(answers) + report["lost"],
        "lost": report["lost"],
        "p50_ms": share(0.5),
        "p90_ms": share(0.9),
        "p99_ms": share(0.99),
        "max_ms": share(1.0),
        "cpu_pct": round(cpu_pct, 1),
        "late_ms": round(report["late_ms"], 1),
    }


if __name__ == "__main__":
    sys.exit(main())
