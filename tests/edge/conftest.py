"""Fixtures of the edge's tests: a running Kamailio, and SIPp to talk to it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from edge.parties import Parties, Party
from edge.running import RunningEdge, password_of
from kit.ports import PortBlock, reserved_ports


@pytest.fixture
def ports() -> Iterator[PortBlock]:
    with reserved_ports(50) as block:
        yield block


@pytest.fixture
def make_edge(ports: PortBlock) -> Iterator[Callable[..., RunningEdge]]:
    """Makes edges (arguments as RunningEdge's) and stops them at the end."""
    made: list[RunningEdge] = []
    with tempfile.TemporaryDirectory(prefix="lk-") as short:  # a socket's path holds 107 characters

        def make(**arguments: object) -> RunningEdge:
            made.append(RunningEdge(folder=Path(short) / f"edge{len(made)}", ports=ports, **arguments))
            return made[-1].start()

        yield make
        for edge in made:
            edge.kill()  # at once: a stop that meets the start half-way waits


@pytest.fixture
def edge(make_edge: Callable[..., RunningEdge]) -> RunningEdge:
    """An edge with three slots and no trunk."""
    return make_edge()


@pytest.fixture
def parties(tmp_path: Path) -> Iterator[Parties]:
    started = Parties(tmp_path / "parties")
    yield started
    started.stop()


@pytest.fixture
def phone(parties: Parties, ports: PortBlock) -> Callable[..., Party]:
    """Registers an extension from a port of its own and waits for the 200."""

    def register(edge: RunningEdge, extension: str, *, port: int | None = None, **options: object) -> Party:
        arguments = {"user": extension, "password": password_of(extension)} | options
        return parties.start("register", port=port or ports.take(), to=edge.outside, **arguments).done()

    return register
