"""`linekeeper demo`: box and console together, every check true, the very contact at the printed address."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_MAIN = "import sys; from appliance.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.scenario
def test_demo_when_run_then_the_call_is_on_the_console_and_nothing_is_left_running(tmp_path: Path) -> None:
    words = [sys.executable, "-c", _MAIN, "demo", "--seconds", "2", "--folder", str(tmp_path / "demo"), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["page"].endswith("/contacts/" + said["record"]["ContactId"])
    wanted = {
        "the console has the very same contact record",
        "and every event of the contact",
        "its page is there for who signs in (password and second factor)",
        "its recording is stored there, sealed and verified",
        "everything is stopped",
    }
    assert {claim for claim, true in said["checks"].items() if true} >= wanted
    assert all(said["checks"].values())
