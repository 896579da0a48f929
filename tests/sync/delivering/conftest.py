"""A box's own files for the courier and its parts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sync.clocks import Clock

from appliance.store.connection import Connection
from appliance.sync.state.state_thread import open_state


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Connection]:
    made = open_state(tmp_path / "sync.db")
    yield made
    made.close()
