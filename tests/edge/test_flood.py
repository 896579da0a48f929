"""pike drops a source that floods; its neighbours, trunks and contact processes go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from edge.parties import Parties, Party
from edge.running import RunningEdge
from edge.wire import Wire
from kit.ports import PortBlock

from appliance.config.schema import Trunk
from appliance.edge.requests import counters

pytestmark = pytest.mark.scenario
FLOOD = {"flood_requests": 20, "flood_seconds": 2}


def flood(edge: RunningEdge, address: str, requests: int = 400) -> None:
    with Wire(edge.port, address=address) as wire:
        for number in range(requests):
            wire.send(wire.request("OPTIONS", "sip:linekeeper", number, call_id=f"flood-{number}"))


def is_answered(edge: RunningEdge, address: str) -> bool:
    with Wire(edge.port, address=address, timeout_s=0.5) as wire:
        try:
            return wire.ask(wire.request("OPTIONS", "sip:linekeeper", 1)).startswith("SIP/2.0 200")
        except TimeoutError:
            return False


def test_flood_when_one_address_sends_too_much_then_only_that_one_is_dropped(
    make_edge: Callable[..., RunningEdge], parties: Parties, phone: Callable[..., Party], ports: PortBlock
) -> None:
    edge = make_edge(options=FLOOD)
    callee = parties.start("answer", port=phone(edge, "101", address="127.0.0.31").port, address="127.0.0.31")

    flood(edge, "127.0.0.30")

    assert not is_answered(edge, "127.0.0.30")
    assert edge.ask(counters()).floods > 100
    assert is_answered(edge, "127.0.0.31")  # the next address of the same network
    assert is_answered(edge, "127.0.1.30")
    phone(edge, "102", address="127.0.0.32")
    parties.start("leg", port=edge.slot_port(0), to=edge.inside).done()
    callee.done()


def test_flood_when_requests_come_from_contact_processes_or_trunks_then_none_is_dropped(
    make_edge: Callable[..., RunningEdge],
) -> None:
    trunk = Trunk.model_validate({"name": "north", "kind": "static", "host": "127.0.0.5"})
    edge = make_edge(options=FLOOD, trunks=[trunk])

    flood(edge, "127.0.0.5")

    assert is_answered(edge, "127.0.0.5")
    assert edge.ask(counters()).floods == 0


def test_flood_when_branch_registers_at_once_then_nobody_is_dropped(edge: RunningEdge) -> None:
    """25 phones behind one address, each asked for its password: 50 requests, under the default of 60 in 2 s."""
    with Wire(edge.port, address="127.0.0.40") as wire:
        for number in range(50):
            wire.send(wire.request("REGISTER", "sip:linekeeper", number, call_id=f"storm-{number}"))
        answers = [wire.receive() for _ in range(50)]

    assert all(answer.startswith("SIP/2.0 401") for answer in answers)
    assert edge.ask(counters()).floods == 0
