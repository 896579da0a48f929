"""The hundred public flows beside the checkout: all parse, are valid and are walked whole. Skipped where absent."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.flow.check import Severity, check
from appliance.flow.importer import import_flows
from appliance.flow.walk import walk

ROOT = Path(__file__).resolve().parents[2]
FLOWS = ROOT.parent / "shared" / "flows"
FILES = sorted(FLOWS.glob("*/*.json"))
needs_flows = pytest.mark.skipif(not FILES, reason=f"{FLOWS} is absent")


@needs_flows
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem[-40:])
def test_public_flow_when_imported_then_valid_and_walked_whole(file):
    for part in import_flows(file.read_bytes(), name=file.stem):
        assert [one for one in check(part.flow) if one.severity is Severity.ERROR] == []
        seen = walk(part.flow)
        assert seen.faults == ()
        assert [way for way in seen.ways if not way.reached and not way.reason] == []
        reached = {way.action for way in seen.ways} | {part.flow.start}
        assert set(part.flow.actions) - set(seen.unreached) >= reached


def bench(*arguments):
    command = [sys.executable, str(ROOT / "tests" / "bench" / "flows.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_bench_when_a_file_is_no_flow_then_counted_and_told(tmp_path, document, action):
    good = document(action("a", "DisconnectParticipant"))
    (tmp_path / "good.json").write_text(json.dumps(good), encoding="utf-8")
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    (tmp_path / "void.json").write_text(
        json.dumps(document(action("a", "UpdateContactAttributes", {}, then="a"))), encoding="utf-8"
    )
    ran = bench("--dir", str(tmp_path), "-v")
    figures = json.loads(ran.stdout)
    assert list(figures) == ["files", "parsed", "valid", "walked", "steps_per_s"]
    assert (figures["files"], figures["parsed"], figures["valid"]) == (3, 2, 1)
    assert figures["steps_per_s"] > 0
    assert "bad.json" in ran.stderr
    assert "parameter Attributes is missing" in ran.stderr
    assert ran.returncode == 1


def test_bench_when_there_are_no_files_then_says_so(tmp_path):
    ran = bench("--dir", str(tmp_path))
    assert json.loads(ran.stdout)["files"] == 0
    assert ran.returncode == 2
