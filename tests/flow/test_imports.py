"""What a contact process pays for the engine: the machine must not load what only checks and imports need."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("phonenumbers", "pydantic", "zoneinfo", "difflib", "appliance.flow.check", "appliance.flow.importer",
         "appliance.flow.legacy", "appliance.flow.walk", "appliance.flow.hours", "appliance.flow.phone", "asyncio",
         "sqlite3", "logging", "random")  # fmt: skip
PROGRAM = "import sys, appliance.flow.machine, appliance.flow.document; print('\\n'.join(sys.modules))"


def test_machine_when_imported_then_nothing_heavy_comes_along():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert set(ran.stdout.split()) & set(HEAVY) == set()
