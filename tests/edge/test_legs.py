"""Contact processes call phones, and requests inside a call pass both ways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from edge.parties import Parties, Party
from edge.running import RunningEdge, password_of
from edge.wire import Wire
from kit.baresip import Baresip
from kit.ports import PortBlock, reserved_ports

from appliance.edge.requests import busy_slots, clear_slot, registered_contacts
from appliance.ids import SlotId

pytestmark = pytest.mark.scenario
Phone = Callable[..., Party]


def test_leg_when_extension_has_a_phone_then_it_rings_and_talks(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    port = phone(edge, "101").port
    callee = parties.start("answer", port=port)

    secret = "X-Linekeeper-Source: extension:1\nX-Linekeeper-Contact: c-1\n"
    parties.start("leg", port=edge.slot_port(0), to=edge.inside, headers=secret).done()

    (invite,) = callee.done().received("INVITE")
    assert "X-Linekeeper-Contact: c-1" in invite
    assert "X-Linekeeper-Source" not in invite
    assert edge.ask(busy_slots(3)) == frozenset()  # a leg of its own does not take the slot


def test_leg_when_extension_has_two_phones_then_both_ring_and_the_slower_is_cancelled(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    slow = parties.start("ring", port=phone(edge, "101").port)
    fast = phone(edge, "101").port
    parties.start("answer_late", port=fast, pause_ms=400)

    parties.start("leg", port=edge.slot_port(1), to=edge.inside).done()

    slow.done()
    assert slow.received("CANCEL")


def test_leg_when_one_phone_is_busy_then_the_other_still_rings(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    parties.start("refuse", port=phone(edge, "101").port, status="486")
    parties.start("answer_late", port=phone(edge, "101").port, pause_ms=300)

    parties.start("leg", port=edge.slot_port(0), to=edge.inside).done()


def test_leg_when_all_phones_are_busy_then_busy(edge: RunningEdge, parties: Parties, phone: Phone) -> None:
    for _ in range(2):
        parties.start("refuse", port=phone(edge, "101").port, status="486")

    parties.start("leg_refused", port=edge.slot_port(0), to=edge.inside, status="486").done()


def test_leg_when_extension_is_not_registered_then_480(edge: RunningEdge, parties: Parties) -> None:
    parties.start("leg_refused", port=edge.slot_port(0), to=edge.inside, status="480").done()


def test_leg_when_extension_does_not_exist_then_404(edge: RunningEdge, parties: Parties) -> None:
    parties.start("leg_refused", port=edge.slot_port(0), to=edge.inside, status="404", dialled="999").done()


def test_leg_when_phone_is_gone_then_408_in_seconds(edge: RunningEdge, parties: Parties, phone: Phone) -> None:
    phone(edge, "101")

    parties.start("leg_refused", port=edge.slot_port(0), to=edge.inside, status="408").done()


def test_leg_when_phone_is_on_tcp_then_its_connection_is_used_both_ways(
    edge: RunningEdge, parties: Parties, tmp_path: Path
) -> None:
    secret = password_of("101")
    with reserved_ports(40) as ports:
        arguments = {"user": "101", "password": secret, "registrar": edge.outside, "auto_answer": True}
        with Baresip(tmp_path / "phone", ports, transport="tcp", **arguments) as callee:
            callee.wait_registered()
            (contact,) = edge.ask(registered_contacts())
            assert contact.received is not None

            process = parties.start("leg_ended", port=edge.slot_port(0), to=edge.inside)
            callee.wait_for("CALL_ESTABLISHED")
            callee.hang_up()
            process.done()


def test_leg_when_contact_of_phone_is_a_name_then_its_source_address_is_used(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    registered = phone(edge, "101", contact="phone.branch.invalid:5060")
    callee = parties.start("answer", port=registered.port)

    parties.start("leg", port=edge.slot_port(0), to=edge.inside).done()
    callee.done()


def test_leg_when_process_died_while_it_rings_and_slot_is_cleared_then_phone_stops_ringing(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    callee = parties.start("ring", port=phone(edge, "101").port)
    process = parties.start("leg", port=edge.slot_port(2), to=edge.inside)
    callee.saw("SIP/2.0 180")
    process.kill()

    assert edge.ask(clear_slot(SlotId(2))) == 1
    callee.done()


def test_leg_when_process_died_in_the_call_and_slot_is_cleared_then_phone_gets_bye(
    edge: RunningEdge, parties: Parties, phone: Phone
) -> None:
    callee = parties.start("answer", port=phone(edge, "101").port)
    process = parties.start("leg", port=edge.slot_port(2), to=edge.inside, pause_ms=9000)
    process.saw("SIP/2.0 200")
    process.kill()

    assert edge.ask(clear_slot(SlotId(1))) == 0
    assert edge.ask(clear_slot(SlotId(2))) == 1
    callee.done()


def test_requests_inside_a_call_when_process_sends_them_then_phone_gets_them(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer_asks", port=edge.slot_port(slot)) for slot in range(3)]

    parties.start("call_is_asked", port=ports.take(), to=edge.outside, password=password_of("100")).done()

    (process,) = [party for party in processes if party.received("INVITE")]
    process.done()


def test_requests_inside_a_call_when_phone_sends_them_then_process_gets_them_without_our_headers(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer_is_asked", port=edge.slot_port(slot)) for slot in range(3)]

    forged = "X-Linekeeper-Source: trunk:office\n"
    parties.start("call_asks", port=ports.take(), to=edge.outside, password=password_of("100"), headers=forged).done()

    (process,) = [party for party in processes if party.received("INVITE")]
    process.done()
    for method in ("REFER", "INFO", "UPDATE", "NOTIFY"):
        (request,) = process.received(method)
        assert "X-Linekeeper" not in request


def test_refer_when_process_takes_it_itself_then_phone_is_told_accepted_and_where_to_go_on(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer_is_asked", port=edge.slot_port(slot), referred="399 Taken") for slot in range(3)]

    phone = parties.start("call_asks", port=ports.take(), to=edge.outside, password=password_of("100")).done()

    (accepted,) = phone.received("SIP/2.0 202")
    (process,) = [party for party in processes if party.received("INVITE")]
    assert f"Contact: <sip:{edge.address}:{process.port}" in accepted


def test_answer_when_edge_has_another_address_then_process_is_shown_there_and_reached(
    make_edge: Callable[..., RunningEdge], parties: Parties, ports: PortBlock
) -> None:
    edge = make_edge(address="127.0.0.50")
    for slot in range(3):
        parties.start("answer_is_asked", port=edge.slot_port(slot))

    caller = parties.start("call_asks", port=ports.take(), to=edge.outside, password=password_of("100")).done()

    assert "Contact: <sip:127.0.0.50:" in caller.received("SIP/2.0 200")[0]


def test_leg_when_edge_has_another_address_then_process_is_shown_there_and_reached(
    make_edge: Callable[..., RunningEdge], parties: Parties, phone: Phone
) -> None:
    edge = make_edge(address="127.0.0.50")
    callee = parties.start("answer_hangs_up", port=phone(edge, "101").port)

    parties.start("leg_ended", port=edge.slot_port(0), to=edge.inside).done()

    assert "Contact: <sip:100@127.0.0.50:" in callee.done().received("INVITE")[0]


@pytest.mark.parametrize("method", ["BYE", "INVITE", "INFO"])
def test_requests_inside_a_call_when_call_is_unknown_then_not_relayed(
    edge: RunningEdge, parties: Parties, ports: PortBlock, method: str
) -> None:
    victim = parties.start("answer", port=(port := ports.take()))
    route = f"Route: <sip:127.0.0.1:{edge.port};lr;did=1.1>\n"
    with Wire(edge.port) as wire:
        request = wire.request(method, f"sip:x@127.0.0.1:{port}", 5, headers=route, to=";tag=forged")
        assert wire.ask(request).startswith("SIP/2.0 481")

    assert not victim.messages()
