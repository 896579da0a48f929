"""What several tests of the switchboard use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from switchboard.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A box's folders, and switchboard processes on them that end with the test."""
    made = Place(tmp_path)
    yield made
    made.close()
