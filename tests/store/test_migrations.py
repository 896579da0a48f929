"""The list of schema steps: nothing left out, nothing out of order."""

from __future__ import annotations

from pathlib import Path

from appliance.store import migrations


def test_steps_when_listed_then_each_module_stands_in_its_order() -> None:
    files = sorted(path.stem for path in Path(migrations.__file__).parent.glob("step_*.py"))
    assert [f"step_{name}" for name in migrations.ORDER] == files
    assert [change.__module__ for change in migrations.ORDER.values()] == [
        f"{migrations.__name__}.{stem}" for stem in files
    ]


def test_steps_when_listed_then_numbers_run_from_one_without_a_gap() -> None:
    assert [int(name[:4]) for name in migrations.ORDER] == list(range(1, len(migrations.ORDER) + 1))
