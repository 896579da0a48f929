"""The device tests on the kernel's own simulators, in a guest: slow, because a Debian has to be made and booted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_devices_when_tested_in_a_guest_then_all_pass_and_none_is_skipped_for_want_of_hardware() -> None:
    words = ("sh", str(ROOT / "image" / "bootstrap.sh"), "test-devices")
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2300)
    assert "DEVICE TESTS END 0" in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]
    assert "SKIPPED" not in done.stdout
    assert done.returncode == 0
