"""Calls from and to providers: believed by address, registered with a password, left by the first that answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from edge.parties import Parties
from edge.running import RunningEdge, password_of
from edge.wire import Wire
from kit.ports import PortBlock
from kit.processes import wait_until
from pydantic import SecretStr

from appliance.config.schema import Trunk
from appliance.edge.requests import (
    RegistrationState,
    counters,
    registered_contacts,
    reload_trunks,
    trunk_registrations,
)
from appliance.edge.trunks import store_trunks

pytestmark = pytest.mark.scenario
Make = Callable[..., RunningEdge]
OUTSIDE = "+8225550123"
ANY = "X-Linekeeper-Trunk: any\n"


def static(name: str, address: str, port: int, **options: object) -> Trunk:
    return Trunk.model_validate({"name": name, "kind": "static", "host": address, "port": port} | options)


def registered(name: str, address: str, port: int, **options: object) -> Trunk:
    account = {"username": "acct7", "password": SecretStr("trunk-secret")}
    return Trunk.model_validate({"name": name, "kind": "registered", "host": address, "port": port} | account | options)


# ── in ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_static_trunk_when_it_calls_from_its_address_then_process_gets_its_name(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    edge = make_edge(trunks=[static("north", "127.0.0.5", 5060), static("south", "127.0.0.6", 5060)])
    processes = [parties.start("answer", port=edge.slot_port(slot)) for slot in range(3)]

    parties.start("call_untrusted", address="127.0.0.6", port=ports.take(), to=edge.outside, dialled="025550100").done()

    (invite,) = [message for party in processes for message in party.received("INVITE")]
    assert invite.startswith("INVITE sip:025550100@")
    assert "X-Linekeeper-Source: trunk:south" in invite


def test_static_trunk_when_addresses_are_a_network_then_all_of_it_is_believed_and_no_more(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    edge = make_edge(trunks=[static("north", "127.0.0.5", 5060, addresses=["127.0.8.0/24", "127.0.9.1"])])
    for slot in range(3):
        parties.start("answer", port=edge.slot_port(slot), calls=2)

    for address in ("127.0.8.77", "127.0.9.1"):
        parties.start("call_untrusted", address=address, port=ports.take(), to=edge.outside).done()
    for address in ("127.0.9.2", "127.0.0.5"):
        parties.start("call_foreign", address=address, port=ports.take(), to=edge.outside, status="403").done()

    assert edge.ask(counters()).unknown_sources == 2


def test_registered_trunk_when_provider_accepts_then_state_says_so_and_its_calls_come_in(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    port = ports.take()
    registrar = parties.start(
        "provider_registrar", address="127.0.0.7", port=port, user="acct7", password="trunk-secret"
    )
    edge = make_edge(trunks=[registered("office", "127.0.0.7", port)])
    registrar.done()

    assert f"Contact: <sip:office@{edge.outside}>" in registrar.received("REGISTER")[1]
    wait_until(
        lambda: [found.state for found in edge.ask(trunk_registrations())] == [RegistrationState.REGISTERED],
        timeout_s=5,
        what="office is registered",
    )

    processes = [parties.start("answer", port=edge.slot_port(slot), calls=2) for slot in range(3)]
    for dialled, to in (("office", "+8225550100"), ("office", "office"), ("0255501", "0255501")):
        parties.start(
            "call_did", address="127.0.0.7", port=ports.take(), to=edge.outside, dialled=dialled, did=to
        ).done()
    lines = sorted(message.split()[1] for party in processes for message in party.received("INVITE"))
    assert [line.partition("@")[0] for line in lines] == ["sip:+8225550100", "sip:0255501", "sip:acct7"]


def test_trunk_when_it_calls_a_number_without_a_flow_then_that_is_counted_and_a_phones_mistake_is_not(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    edge = make_edge(trunks=[static("north", "127.0.0.5", 5060)])
    for slot in range(3):
        parties.start("refuse", port=edge.slot_port(slot), status="404", calls=9)
    uri = f"sip:025550199@127.0.0.1:{edge.port}"
    for number in (1, 2):
        with Wire(edge.port, address="127.0.0.5") as wire:
            assert wire.ask(wire.request("INVITE", uri, number)).startswith("SIP/2.0 404")
    phone = {"to": edge.outside, "status": "404", "dialled": "199", "password": password_of("100")}
    parties.start("call_refused", port=ports.take(), **phone).done()

    assert edge.ask(counters()).unknown_numbers == 2
    assert edge.log().count("trunk:north without a flow") == 2


def test_registered_trunk_when_password_is_wrong_then_not_registered(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    port = ports.take()
    registrar = parties.start("provider_registrar", address="127.0.0.7", port=port, user="acct7", password="other")
    edge = make_edge(trunks=[registered("office", "127.0.0.7", port)])
    registrar.saw("403 Wrong Password")

    wait_until(
        lambda: [found.state for found in edge.ask(trunk_registrations())] == [RegistrationState.FAILED],
        timeout_s=5,
        what="office has failed",
    )


# ── out ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_call_out_when_trunk_is_static_then_caller_id_is_ours_and_answer_names_the_trunk(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    port = ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", port, caller_id="+8225550100")])
    provider = parties.start("answer", address="127.0.0.5", port=port, headers="X-Linekeeper-Trunk: forged\n")

    headers = ANY + "X-Linekeeper-Contact: c-1\n"
    process = parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=headers).done()
    provider.done()

    (invite,) = provider.received("INVITE")
    assert invite.startswith(f"INVITE sip:{OUTSIDE}@127.0.0.5:{port}")
    assert "From: <sip:+8225550100@127.0.0.5>;tag=" in invite
    assert "X-Linekeeper" not in invite
    (bye,) = provider.received("BYE")
    assert "From: <sip:+8225550100@127.0.0.5>;tag=" in bye
    for answer in (process.received("SIP/2.0 180")[0], process.received("SIP/2.0 200")[0]):
        assert [line for line in answer.splitlines() if "Linekeeper-" in line] == ["X-Linekeeper-Trunk: north"]
        assert "From: <sip:100@" in answer


def test_call_out_when_provider_hangs_up_then_process_gets_bye_with_its_own_uri(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    port = ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", port, caller_id="+8225550100")])
    provider = parties.start("answer_hangs_up", address="127.0.0.5", port=port)

    process = parties.start("leg_ended", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY).done()
    provider.done()

    assert "To: <sip:100@" in process.received("BYE")[0].replace("  ", " ")


@pytest.mark.parametrize("realm", [None, "provider"])
def test_call_out_when_provider_challenges_then_answered_with_the_trunks_password(
    make_edge: Make, parties: Parties, ports: PortBlock, realm: str | None
) -> None:
    port, registrar_port = ports.take(), ports.take()
    edge = make_edge(
        trunks=[static("north", "127.0.0.5", port, username="acct7", password="trunk-secret", realm=realm)]
    )
    provider = parties.start(
        "provider_challenges", address="127.0.0.5", port=port, user="acct7", password="trunk-secret"
    )
    del registrar_port

    parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY).done()
    provider.done()

    first, second = (int(found.split("CSeq: ")[1].split()[0]) for found in provider.received("INVITE"))
    assert second > first  # RFC 3261 22.2


def test_call_out_when_password_is_wrong_then_next_trunk(make_edge: Make, parties: Parties, ports: PortBlock) -> None:
    first, second = ports.take(), ports.take()
    edge = make_edge(
        trunks=[
            static("north", "127.0.0.5", first, username="acct7", password="wrong"),
            static("south", "127.0.0.6", second),
        ]
    )
    provider = parties.start("provider_insists", address="127.0.0.5", port=first)
    parties.start("answer", address="127.0.0.6", port=second)

    process = parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY).done()

    assert "X-Linekeeper-Trunk: south" in process.received("SIP/2.0 200")[0]
    assert len(provider.done().received("INVITE")) == 2


@pytest.mark.parametrize("status", ["408", "500", "503"])
def test_call_out_when_first_trunk_fails_then_second_takes_it_with_its_own_caller_id(
    make_edge: Make, parties: Parties, ports: PortBlock, status: str
) -> None:
    first, second = ports.take(), ports.take()
    edge = make_edge(
        trunks=[
            static("north", "127.0.0.5", first, caller_id="+8225550100"),
            static("south", "127.0.0.6", second, caller_id="+8231550200"),
        ]
    )
    parties.start("refuse", address="127.0.0.5", port=first, status=status)
    provider = parties.start("answer", address="127.0.0.6", port=second)

    process = parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY).done()
    provider.done()

    assert "X-Linekeeper-Trunk: south" in process.received("SIP/2.0 200")[0]
    for method in ("INVITE", "ACK", "BYE"):
        assert "From: <sip:+8231550200@127.0.0.6>;tag=" in provider.received(method)[0]


def test_call_out_when_first_trunk_is_silent_then_second_takes_it_in_seconds(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    second = ports.take()
    edge = make_edge(
        trunks=[
            static("north", "127.0.0.5", ports.take()),
            static("east", "127.0.0.4", ports.take(), transport="tcp"),
            static("south", "127.0.0.6", second),
        ]
    )
    parties.start("answer", address="127.0.0.6", port=second)

    process = parties.start("leg", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY).done()

    assert "X-Linekeeper-Trunk: south" in process.received("SIP/2.0 200")[0]


@pytest.mark.parametrize("status", ["404", "486", "603"])
def test_call_out_when_called_party_refuses_then_no_other_trunk_is_tried(
    make_edge: Make, parties: Parties, ports: PortBlock, status: str
) -> None:
    first, second = ports.take(), ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", first), static("south", "127.0.0.6", second)])
    parties.start("refuse", address="127.0.0.5", port=first, status=status)
    other = parties.start("answer", address="127.0.0.6", port=second)

    parties.start(
        "leg_refused", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY, status=status
    ).done()

    assert not other.messages()


def test_call_out_when_no_trunk_works_then_last_answer(make_edge: Make, parties: Parties, ports: PortBlock) -> None:
    first, second = ports.take(), ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", first), static("south", "127.0.0.6", second)])
    parties.start("refuse", address="127.0.0.5", port=first, status="500")
    parties.start("refuse", address="127.0.0.6", port=second, status="503")

    parties.start(
        "leg_refused", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY, status="503"
    ).done()


def test_call_out_when_trunk_is_named_then_only_that_one(make_edge: Make, parties: Parties, ports: PortBlock) -> None:
    first, second = ports.take(), ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", first), static("south", "127.0.0.6", second)])
    parties.start("answer", address="127.0.0.5", port=first)
    parties.start("answer", address="127.0.0.6", port=second)

    options = {"port": edge.slot_port(0), "to": edge.inside, "dialled": OUTSIDE}
    process = parties.start("leg", headers="X-Linekeeper-Trunk: south\n", **options).done()
    assert "X-Linekeeper-Trunk: south" in process.received("SIP/2.0 200")[0]
    parties.start("leg_refused", headers="X-Linekeeper-Trunk: west\n", status="404", **options).done()


def test_call_out_when_caller_gives_up_then_provider_gets_cancel(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    port = ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", port), static("south", "127.0.0.6", ports.take())])
    provider = parties.start("ring", address="127.0.0.5", port=port)

    parties.start("leg_cancelled", port=edge.slot_port(0), to=edge.inside, dialled=OUTSIDE, headers=ANY).done()
    provider.done()


def test_call_out_when_asked_from_outside_then_not_relayed(make_edge: Make, parties: Parties, ports: PortBlock) -> None:
    port = ports.take()
    edge = make_edge(trunks=[static("north", "127.0.0.5", port)])
    provider = parties.start("answer", address="127.0.0.5", port=port)

    parties.start(
        "call_unauthenticated", port=ports.take(), to=edge.outside, dialled=OUTSIDE, headers=ANY, status="407"
    ).done()

    assert not provider.messages()


def test_reload_trunks_when_configuration_changes_then_new_trunk_works_without_restart(
    make_edge: Make, parties: Parties, ports: PortBlock
) -> None:
    port = ports.take()
    edge = make_edge()
    parties.start("answer", address="127.0.0.5", port=port)
    options = {"port": edge.slot_port(0), "to": edge.inside, "dialled": OUTSIDE, "headers": ANY}
    parties.start("leg_refused", status="404", **options).done()

    edge.trunks = [static("north", "127.0.0.5", port)]
    store_trunks(edge.paths, edge.configuration)
    edge.ask(reload_trunks())

    parties.start("leg", **options).done()
    assert edge.ask(registered_contacts()) == ()
