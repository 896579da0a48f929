"""Whether this is the guest of `bootstrap.sh test-devices` and `test-netem`: a machine that tests may change, with real
udev and systemd, emulated."""

from __future__ import annotations

import os
from pathlib import Path

IN_GUEST = os.environ.get("LINEKEEPER_DEVICES") == "required" and Path("/opt/inside.sh").exists()
WHY_NOT = "only in the guest of 'bootstrap.sh test-devices': it changes the machine"
SLOWER = 10


def patience(seconds: float) -> float:
    """A bound that is right on a machine is right in the guest too: emulation is about ten times slower."""
    return seconds * (SLOWER if IN_GUEST else 1)
