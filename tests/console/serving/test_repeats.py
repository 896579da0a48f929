"""Lines of which there are many: the first of each kind, then a count."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

import pytest

from appliance.console.serving.repeats import MOST_KINDS, Repeats, lifted, limited

NAME = "tests.noisy"
Log = pytest.LogCaptureFixture


@pytest.fixture
def noisy() -> Iterator[tuple[logging.Logger, Repeats]]:
    repeats = limited([NAME])
    yield logging.getLogger(NAME), repeats
    lifted(repeats, [NAME])


def test_lines_when_of_one_kind_then_the_first_and_a_count(noisy: tuple[logging.Logger, Repeats], caplog: Log) -> None:
    log, repeats = noisy
    for number in range(100):
        log.warning("from %s", f"10.0.0.{number}")
    log.warning("another")
    assert caplog.messages == ["from 10.0.0.0", "another"]
    repeats.tell()
    assert caplog.messages[2:] == [f"99 more lines like it in 60 s: {NAME}: from %s"]
    repeats.tell()
    log.warning("from %s", "b")
    assert caplog.messages[3:] == ["from b"]


def test_exceptions_when_raised_elsewhere_then_each_is_told(noisy: tuple[logging.Logger, Repeats], caplog: Log) -> None:
    log, _ = noisy
    for raised in ("int('x')", "{}['x']", "int('x')", "[][1]"):
        try:
            eval(raised)
        except (ValueError, LookupError):
            log.exception("it failed")
    raised_by = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert raised_by == [ValueError, KeyError, IndexError]


def test_lines_when_of_very_many_kinds_then_memory_and_log_stay_small(
    noisy: tuple[logging.Logger, Repeats], caplog: Log
) -> None:
    log, repeats = noisy
    for number in range(10 * MOST_KINDS):
        log.warning(f"kind {number}")
    assert len(caplog.messages) == MOST_KINDS + 1
    repeats.tell()
    assert caplog.messages[-1] == f"{9 * MOST_KINDS - 1} more lines like it in 60 s: {NAME}: (many kinds)"


def test_counts_when_the_console_stops_then_they_are_told(noisy: tuple[logging.Logger, Repeats], caplog: Log) -> None:
    log, repeats = noisy

    async def scenario() -> None:
        telling = asyncio.create_task(repeats.tell_always())
        await asyncio.sleep(0)
        log.warning("one")
        log.warning("one")
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)

    asyncio.run(scenario())
    assert caplog.messages[-1].startswith("1 more lines like it")


def test_limit_when_lifted_then_every_line_is_heard(caplog: Log) -> None:
    lifted(limited([NAME]), [NAME])
    for _ in range(3):
        logging.getLogger(NAME).warning("again")
    assert caplog.messages == ["again"] * 3
