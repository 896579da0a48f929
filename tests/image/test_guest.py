"""The tests that need a kernel of their own, in a guest: slow, because a Debian has to be made and booted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.timeout(2800)
@pytest.mark.parametrize("word", ["test-devices", "test-netem"])
def test_guest_when_its_tests_run_then_all_pass_and_none_is_skipped_for_want_of_a_device(word: str) -> None:
    words = ("sh", str(ROOT / "image" / "bootstrap.sh"), word)
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=2700)
    assert "GUEST TESTS END 0" in done.stdout, done.stdout[-4000:] + done.stderr[-2000:]
    assert "SKIPPED" not in done.stdout
    assert done.returncode == 0
