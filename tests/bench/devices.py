"""What a device costs and how much it delays: prints one JSON line a part.

    python tests/bench/devices.py headset --seconds 20
    python tests/bench/devices.py drift --minutes 10
    python tests/bench/devices.py line --seconds 20      (line-ring, line-modem and line-daa)

Faults go to standard error; exit status 1 where a goal is missed. `headset` needs Debian's pulseaudio and
libasound2-plugins: real PortAudio, on a sound server whose speaker is its own microphone. Measure on a machine that
does nothing else: a `load` (of the last minute) above half of its cores makes lateness that is not the device's.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # first: tests/hw must not stand for the package hw

from bench import drift_run, headset_run, line_run, line_voice

Figures = Mapping[str, Any]
PARTS: Mapping[str, Callable[[Path, argparse.Namespace], Figures]] = {
    "headset": headset_run.delay,
    "drift": drift_run.drift,
    "line-ring": line_run.ring,
    "line-modem": line_voice.modem_voice,
    "line-daa": line_voice.daa_voice,
}
TOGETHER = {"line": ("line-ring", "line-modem", "line-daa")}


def main() -> int:
    """Run the parts that the arguments name; `good` in its figures says whether a part's goals are met."""
    parser = argparse.ArgumentParser(description="Delay, drift and cost of devices; one JSON line a part.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, *TOGETHER, []], help="default: all of them")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a call whose delay is measured")
    parser.add_argument("--minutes", type=float, default=10.0, help="of a call whose clocks differ")
    parser.add_argument("--ppm", type=float, default=200.0, help="how far the device's clock is off")
    chosen = parser.parse_args()
    good = True
    for part in itertools.chain.from_iterable(TOGETHER.get(name, (name,)) for name in chosen.parts or PARTS):
        with tempfile.TemporaryDirectory(prefix="lk-devices-") as folder:
            figures = {"part": part, **PARTS[part](Path(folder), chosen), "load": round(os.getloadavg()[0], 1)}
        print(json.dumps(figures), flush=True)
        good = good and bool(figures["good"])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
