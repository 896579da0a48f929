"""Tests that change the machine: only in the guest of `bootstrap.sh test-devices`, after `linekeeper install`."""

from __future__ import annotations

from pathlib import Path

import pytest
from guest import box as guest_box
from kit.guest import IN_GUEST, WHY_NOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip them elsewhere."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and not IN_GUEST:
            item.add_marker(pytest.mark.skip(reason=WHY_NOT))


@pytest.fixture(scope="session")
def configured() -> None:
    guest_box.configure()


@pytest.fixture(scope="session")
def box(configured: None) -> None:
    guest_box.start()
