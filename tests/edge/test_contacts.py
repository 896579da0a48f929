"""New contacts reach a free contact process, and nobody gets there by pretending."""

from __future__ import annotations

import pytest
from edge.parties import Parties
from edge.running import RunningEdge, password_of
from edge.wire import Wire, digest
from kit.ports import PortBlock

from appliance.edge.requests import busy_slots, counters, dialog_count

pytestmark = pytest.mark.scenario
SECRET = password_of("100")


def test_invite_when_authenticated_then_process_gets_source_and_dialled_string(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer", port=edge.slot_port(slot)) for slot in range(3)]

    parties.start("call", port=ports.take(), to=edge.outside, password=SECRET, dialled="*97#").done()

    (process,) = [party for party in processes if party.received("INVITE")]
    invite = process.done().received("INVITE")[0]
    assert invite.startswith("INVITE sip:*97#@")
    assert "\nX-Linekeeper-Source: extension:100\n" in invite.replace("\r", "")
    assert "Proxy-Authorization" not in invite
    assert edge.ask(busy_slots(3)) == frozenset()


def test_invite_when_over_tcp_then_call_and_hang_up_use_the_connection(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer_hangs_up", port=edge.slot_port(slot)) for slot in range(3)]

    parties.start("call_ended", port=ports.take(), to=edge.outside, password=SECRET, transport="tcp").done()

    (process,) = [party for party in processes if party.received("INVITE")]
    process.done()


def test_invite_when_without_credentials_then_challenged(edge: RunningEdge, parties: Parties, ports: PortBlock) -> None:
    party = parties.start("call_unauthenticated", port=ports.take(), to=edge.outside, status="407").done()

    assert 'realm="linekeeper"' in party.received("SIP/2.0 407")[0]


def test_invite_when_from_is_another_extension_then_refused(edge: RunningEdge) -> None:
    uri = f"sip:101@127.0.0.1:{edge.port}"
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("INVITE", uri, 1, user="102"))
        proof = digest(challenge, "INVITE", uri, user="100", password=SECRET)
        answer = wire.ask(wire.request("INVITE", uri, 2, user="102", headers=proof))

    assert answer.startswith("SIP/2.0 403 Call from your own extension")


@pytest.mark.parametrize(
    "forged",
    [
        "X-Linekeeper-Source: trunk:office\n",
        "x-linekeeper-source:trunk:office\n",
        "X-LINEKEEPER-SOURCE \t: trunk:office\n",
        "X-Linekeeper-Source:\n trunk:office\n",
        "X-Linekeeper-Source: a\nX-Linekeeper-Source: b\nX-Linekeeper-Trunk: any\n",
    ],
)
def test_invite_when_headers_are_forged_then_only_ours_arrive(
    edge: RunningEdge, parties: Parties, ports: PortBlock, forged: str
) -> None:
    processes = [parties.start("answer", port=edge.slot_port(slot)) for slot in range(3)]

    parties.start("call", port=ports.take(), to=edge.outside, password=SECRET, headers=forged).done()

    (invite,) = [message for party in processes for message in party.received("INVITE")]
    ours = [line for line in invite.splitlines() if "linekeeper-" in line.lower()]
    assert ours == ["X-Linekeeper-Source: extension:100"]


def test_invite_when_route_leads_elsewhere_then_still_to_a_process(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer", port=edge.slot_port(slot)) for slot in range(3)]
    elsewhere = parties.start("answer", port=(port := ports.take()))

    route = f"Route: <sip:127.0.0.1:{port};lr>\n"
    parties.start("call", port=ports.take(), to=edge.outside, password=SECRET, headers=route).done()

    assert [party for party in processes if party.received("INVITE")]
    assert not elsewhere.received("INVITE")


def test_invite_when_no_user_is_dialled_then_address_incomplete(edge: RunningEdge) -> None:
    uri = f"sip:127.0.0.1:{edge.port}"
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("INVITE", uri, 1))
        proof = digest(challenge, "INVITE", uri, user="100", password=SECRET)
        assert wire.ask(wire.request("INVITE", uri, 2, headers=proof)).startswith("SIP/2.0 484")


def test_invite_when_source_is_unknown_trunk_then_refused_and_counted(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        request = wire.request("INVITE", f"sip:+8225550100@127.0.0.1:{edge.port}", 1)
        answer = wire.ask(request.replace("@linekeeper>", "@provider.example>"))

    assert answer.startswith("SIP/2.0 403")
    assert edge.ask(counters()).unknown_sources == 1


def test_invite_when_from_names_the_edge_without_its_port_then_a_phone_like_any_other(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        request = wire.request("INVITE", f"sip:101@127.0.0.1:{edge.port}", 1)
        assert wire.ask(request.replace("@linekeeper>", "@127.0.0.1>")).startswith("SIP/2.0 407")


def test_invite_when_network_doubles_it_then_one_contact(edge: RunningEdge, parties: Parties) -> None:
    processes = [parties.start("answer", port=edge.slot_port(slot)) for slot in range(3)]
    uri = f"sip:101@127.0.0.1:{edge.port}"
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("INVITE", uri, 1))
        proof = digest(challenge, "INVITE", uri, user="100", password=SECRET)
        request = wire.request("INVITE", uri, 2, headers=proof)
        for _ in range(8):
            wire.send(request)
        assert wire.ask(request).startswith("SIP/2.0 200")

    assert edge.ask(dialog_count()) == 1
    assert len([party for party in processes if party.received("INVITE")]) == 1


def test_dialogs_when_contacts_are_refused_then_none_is_left(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    for slot in range(3):
        parties.start("refuse", port=edge.slot_port(slot), status="486", headers="X-Linekeeper-Slot: busy\n")
    parties.start("call_refused", port=ports.take(), to=edge.outside, password=SECRET, status="503").done()
    parties.stop()
    for dialled, status in (("101", "480"), ("999", "404")):
        parties.start("leg_refused", port=edge.slot_port(2), to=edge.inside, dialled=dialled, status=status).done()

    assert edge.ask(dialog_count()) == 0


def test_internal_port_when_asked_by_no_process_then_silent(edge: RunningEdge) -> None:
    with Wire(edge.internal_port, timeout_s=0.5) as wire:
        wire.send(wire.request("OPTIONS", "sip:linekeeper", 1))
        wire.send(wire.request("INVITE", f"sip:100@127.0.0.1:{edge.internal_port}", 2))
        with pytest.raises(TimeoutError):
            wire.receive()

    assert "no contact process" in edge.log()


def test_invite_when_every_process_has_a_contact_then_503_with_retry_after_and_counted(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    processes = [parties.start("answer", port=edge.slot_port(slot)) for slot in range(3)]
    callers = [
        parties.start("call", port=ports.take(), to=edge.outside, password=SECRET, pause_ms=3000) for _ in range(3)
    ]
    for caller in callers:
        caller.saw("SIP/2.0 200")
    assert edge.ask(busy_slots(3)) == {0, 1, 2}

    refused = parties.start("call_refused", port=ports.take(), to=edge.outside, password=SECRET, status="503").done()

    assert "\nRetry-After: 5\n" in refused.received("SIP/2.0 503")[0].replace("\r", "")
    assert edge.ask(counters()).refused_contacts == 1
    assert all(len(process.received("INVITE")) == 1 for process in processes)
    for party in (*callers, *processes):
        party.done()


def test_invite_when_process_says_it_is_busy_then_next_one_is_tried(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    busy = "X-Linekeeper-Slot: busy\n"
    for slot, status in ((0, "486"), (1, "503")):
        parties.start("refuse", port=edge.slot_port(slot), calls=9, status=status, headers=busy)
    parties.start("answer", port=edge.slot_port(2), calls=3)

    for _ in range(3):
        caller = parties.start("call", port=ports.take(), to=edge.outside, password=SECRET).done()
        assert "X-Linekeeper" not in "".join(caller.received("SIP/2.0"))

    assert edge.ask(busy_slots(3)) == frozenset()


def test_invite_when_all_say_they_are_busy_then_503_and_counted(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    for slot in range(3):
        parties.start("refuse", port=edge.slot_port(slot), status="486", headers="X-Linekeeper-Slot: busy\n")

    caller = parties.start("call_refused", port=ports.take(), to=edge.outside, password=SECRET, status="503").done()

    assert "Retry-After: 5" in caller.received("SIP/2.0 503")[0]
    assert edge.ask(counters()).refused_contacts == 1
    assert edge.ask(busy_slots(3)) == frozenset()


@pytest.mark.parametrize("status", ["404", "480", "486", "503", "603"])
def test_invite_when_contact_itself_fails_then_caller_gets_that_and_no_second_process(
    edge: RunningEdge, parties: Parties, ports: PortBlock, status: str
) -> None:
    processes = [parties.start("refuse", port=edge.slot_port(slot), status=status) for slot in range(3)]

    parties.start("call_refused", port=ports.take(), to=edge.outside, password=SECRET, status=status).done()

    assert sum(len(process.received("INVITE")) for process in processes) == 1
    assert edge.ask(busy_slots(3)) == frozenset()


def test_options_when_phone_asks_then_answered(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        assert wire.ask(wire.request("OPTIONS", "sip:linekeeper", 1)).startswith("SIP/2.0 200")


def test_other_methods_when_outside_a_dialog_then_not_allowed(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        answer = wire.ask(wire.request("MESSAGE", f"sip:101@127.0.0.1:{edge.port}", 1))
        assert answer.startswith("SIP/2.0 405")
        assert "\nAllow: INVITE" in answer
        assert wire.ask(wire.request("SUBSCRIBE", "sip:101@linekeeper", 2)).startswith("SIP/2.0 489")
