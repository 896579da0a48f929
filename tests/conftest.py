"""What every test has: Hypothesis without clocks or files, and slow tests only on request."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# Two shared cores make any time limit a coin toss; no example database, so that runs leave nothing behind.
settings.register_profile(
    "linekeeper", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("linekeeper")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out `slow` tests unless LINEKEEPER_SLOW=1."""
    if os.environ.get("LINEKEEPER_SLOW") == "1":
        return
    skip = pytest.mark.skip(reason="slow: set LINEKEEPER_SLOW=1 to run it")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
