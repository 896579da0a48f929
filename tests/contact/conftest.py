"""A stage for tests with real contact processes; on failure, the end of what these said."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from contact.rtp_parties import RtpParty
from contact.stage import Stage

LOG_LINES = 60
_stages = pytest.StashKey[list[Stage]]()


@pytest.fixture(scope="module")
def shared_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One stage with one slot for a module; tests get it as `stage`."""
    with Stage(tmp_path_factory.mktemp("s") / "stage") as running:
        yield running


@pytest.fixture
def stage(shared_stage: Stage, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The module's stage. After the test every contact that began is over."""
    _remember(request, shared_stage)
    yield shared_stage
    shared_stage.be_quiet()


@pytest.fixture
def make_stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Stage]]:
    """Stages of one's own, for tests that break them."""
    with contextlib.ExitStack() as opened:

        def make(**settings: Any) -> Stage:
            running = opened.enter_context(Stage(tmp_path / "stage", **settings))
            _remember(request, running)
            return running

        yield make


@pytest.fixture
def customer(stage: Stage) -> RtpParty:
    return stage.party()


@pytest.fixture
def agent(stage: Stage) -> RtpParty:
    return stage.party()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the end of the stages' logs beside the failure."""
    report = yield
    if report.failed:
        for running in item.stash.get(_stages, []):
            lines = running.log().splitlines()[-LOG_LINES:]
            report.sections.append((f"end of {running.zygote.log}", "\n".join(lines)))
    return report


def _remember(request: pytest.FixtureRequest, running: Stage) -> None:
    request.node.stash.setdefault(_stages, []).append(running)
