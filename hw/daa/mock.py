"""A DAA that isn't there: a mock line under the DAA's name."""

from __future__ import annotations

from hw.devices import MOCK, Found, Kind
from hw.line.mock import MockLines


class MockDaas(MockLines):
    """The backend: one line that is always there."""

    THE_ONE = Found(kind=Kind.DAA, driver=MOCK, address="mock:daa", name="mock DAA", stable="mock:daa")

    def __init__(self) -> None:
        super().__init__((self.THE_ONE,))
