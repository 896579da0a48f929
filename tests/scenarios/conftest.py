"""A running box and real phones for scenario tests; on failure, the end of what the box said."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from kit.baresip import Baresip
from kit.box import PASSWORD, BoxSettings, RunningBox
from kit.ports import PortBlock, reserved_ports
from kit.provider import Provider
from kit.talk import PhoneMaker

LOG_LINES = 80
_boxes = pytest.StashKey[list[RunningBox]]()


@pytest.fixture(scope="module")
def box_settings() -> BoxSettings:
    """How the module's box is made; a module that wants another one has a fixture of this name."""
    return {"capacity": 4}


@pytest.fixture(scope="module")
def shared_box(tmp_path_factory: pytest.TempPathFactory, box_settings: BoxSettings) -> Iterator[RunningBox]:
    """One box for a module; tests get it as `box`, quiet."""
    with RunningBox(tmp_path_factory.mktemp("box"), **box_settings) as running:
        running.install_flows()
        yield running


@pytest.fixture
def box(shared_box: RunningBox, request: pytest.FixtureRequest) -> Iterator[RunningBox]:
    """The module's box: no agent is available, no contact is under way, queue `sales` has its usual settings."""
    shared_box.install_flows()
    _remember(request, shared_box)
    yield shared_box
    shared_box.be_quiet()


@pytest.fixture(scope="module")
def trunk_port() -> Iterator[int]:
    """The provider's SIP port, on its own address."""
    with reserved_ports(1) as block:
        yield block.take()


@pytest.fixture
def provider(tmp_path: Path, trunk_port: int, ports: PortBlock) -> Provider:
    """Who is at the other end of the box's trunk, where `box_settings` have it by `trunk_toml(trunk_port)`."""
    return Provider(tmp_path, port=trunk_port, ports=ports)


@pytest.fixture
def make_box(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., RunningBox]]:
    """Boxes of one's own, started, with flows and queue `sales`: for tests that break them."""
    with contextlib.ExitStack() as opened:

        def make(**settings: Any) -> RunningBox:
            running = opened.enter_context(RunningBox(tmp_path / "box", **settings))
            running.install_flows()
            _remember(request, running)
            return running

        yield make


@pytest.fixture
def ports() -> Iterator[PortBlock]:
    """Ports for the phones of one test."""
    with reserved_ports(250) as block:
        yield block


@pytest.fixture
def phone(tmp_path: Path, ports: PortBlock) -> Iterator[PhoneMaker]:
    """`phone(box, "101", tone_hz=440)`: a registered softphone on a new extension."""
    with contextlib.ExitStack() as opened:

        def make(box: RunningBox, extension: str, *, known: bool = False, **settings: Any) -> Baresip:
            if not known:
                box.add_extension(extension)
            folder = tmp_path / f"phone-{extension}"
            made = Baresip(folder, ports, user=extension, password=PASSWORD, registrar=box.address, **settings)
            opened.enter_context(made)
            made.wait_registered()
            return made

        yield make


@pytest.fixture
def agent_phone(phone: PhoneMaker) -> PhoneMaker:
    """`agent_phone(box, "ann", "201", tone_hz=700)`: a registered softphone with an available agent of `sales`."""

    def make(box: RunningBox, agent: str, extension: str, **settings: Any) -> Baresip:
        box.add_agent(agent, extension, "sales", available=False)
        made = phone(box, extension, known=True, **settings)
        box.set_status(agent, "Available")
        return made

    return make


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the end of the boxes' logs beside the failure."""
    report = yield
    if report.failed:
        for running in item.stash.get(_boxes, []):
            lines = running.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
            report.sections.append((f"end of {running.log}", "\n".join(lines)))
    return report


def _remember(request: pytest.FixtureRequest, running: RunningBox) -> None:
    request.node.stash.setdefault(_boxes, []).append(running)
