"""Phones register with a password, and stay registered while Kamailio restarts."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from edge.parties import Parties, Party
from edge.running import RunningEdge, password_of
from edge.wire import Wire, digest
from kit.ports import PortBlock
from kit.processes import wait_until

from appliance.edge.database import location_database
from appliance.edge.requests import counters, forget_contacts, registered_contacts
from appliance.edge.subscribers import add_subscriber, remove_subscriber
from appliance.ids import Extension

pytestmark = pytest.mark.scenario
Phone = Callable[..., Party]
URI = "sip:linekeeper"
AOR = "sip:100@linekeeper"


def test_register_when_password_fits_then_contact_is_known(edge: RunningEdge, phone: Phone) -> None:
    party = phone(edge, "100")

    (contact,) = edge.ask(registered_contacts())
    assert contact.extension == "100"
    assert f"127.0.0.1:{party.port}" in contact.uri
    assert 290 <= contact.expires_s <= 300


def test_register_when_over_tcp_then_contact_is_reached_by_its_connection(edge: RunningEdge, phone: Phone) -> None:
    party = phone(edge, "100", transport="tcp", contact="192.0.2.7:5060;transport=tcp")

    (contact,) = edge.ask(registered_contacts())
    assert contact.received is not None
    assert contact.received.startswith("sip:127.0.0.1:")
    assert contact.received.endswith("transport=tcp")
    assert party.received("SIP/2.0 200")


def test_register_when_password_is_wrong_then_refused_and_counted(edge: RunningEdge, phone: Phone) -> None:
    phone(edge, "100", password="wrong", status="403")

    assert edge.ask(registered_contacts()) == ()
    assert edge.ask(counters()).wrong_passwords == 1


def test_register_when_extension_is_unknown_then_answer_is_the_same(edge: RunningEdge, phone: Phone) -> None:
    wrong = phone(edge, "100", password="wrong", status="403")
    unknown = phone(edge, "999", password="wrong", status="403")

    assert wrong.received("SIP/2.0 403")[0].splitlines()[0] == unknown.received("SIP/2.0 403")[0].splitlines()[0]


def test_register_when_for_another_extension_then_refused(
    edge: RunningEdge, parties: Parties, ports: PortBlock
) -> None:
    party = parties.start(
        "register_other", port=ports.take(), to=edge.outside, user="100", password=password_of("100"), dialled="101"
    )

    party.done()
    assert edge.ask(registered_contacts()) == ()


def test_register_when_ten_passwords_were_wrong_then_only_that_user_of_that_address_waits(
    edge: RunningEdge, phone: Phone
) -> None:
    for _ in range(10):
        phone(edge, "100", password="wrong", status="403")

    phone(edge, "100", status="403")  # the right password, too late
    phone(edge, "101")
    phone(edge, "100", address="127.0.0.2")


def test_contacts_when_kamailio_is_stopped_and_started_then_still_there(edge: RunningEdge, phone: Phone) -> None:
    phone(edge, "100")
    phone(edge, "101")
    before = places(edge)

    edge.stop()
    edge.start()

    assert len(before) == 2
    wait_until(lambda: places(edge) == before, timeout_s=5, what="both contacts are back")


def test_contacts_when_kamailio_is_killed_a_second_later_then_still_there(edge: RunningEdge, phone: Phone) -> None:
    phone(edge, "100")
    before = places(edge)
    wait_until(lambda: stored(edge), timeout_s=3, what="the contact is stored")

    edge.kill()
    edge.start()

    wait_until(lambda: places(edge) == before, timeout_s=5, what="the contact is back")


def test_contacts_when_many_phones_register_at_once_then_all_are_stored(edge: RunningEdge) -> None:
    secret = password_of("100")
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(edge.port, address=f"127.0.0.{60 + number}")) for number in range(10)]
        for number, wire in enumerate(wires):
            wire.send(wire.request("REGISTER", URI, 1, call_id=f"many-{number}"))
        for number, wire in enumerate(wires):
            proof = digest(wire.receive(), "REGISTER", URI, user="100", password=secret)
            request = wire.request("REGISTER", URI, 2, headers=proof, call_id=f"many-{number}")
            wire.send(request.replace(f"To: <{URI}>", f"To: <{AOR}>"))
        assert all(wire.receive().startswith("SIP/2.0 200") for wire in wires)

    wait_until(lambda: stored(edge) == 10, timeout_s=5, what="ten contacts are stored")
    assert "locked" not in edge.log()


def test_register_when_database_can_not_be_written_then_phone_is_registered_all_the_same(
    edge: RunningEdge, phone: Phone
) -> None:
    with closing(sqlite3.connect(location_database(edge.paths), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        phone(edge, "100")
        assert len(places(edge)) == 1


def test_add_subscriber_when_kamailio_runs_then_may_register_at_once(edge: RunningEdge, phone: Phone) -> None:
    add_subscriber(edge.paths, domain="linekeeper", extension=Extension("555"), password=password_of("555"))
    phone(edge, "555")

    assert remove_subscriber(edge.paths, Extension("555"))
    edge.ask(forget_contacts(Extension("555")))
    phone(edge, "555", status="403")
    assert edge.ask(registered_contacts()) == ()


def test_register_when_retransmitted_then_gets_its_answer_again(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("REGISTER", URI, 1))
        proof = digest(challenge, "REGISTER", URI, user="100", password=password_of("100"))
        request = wire.request("REGISTER", URI, 2, user="100", headers=proof).replace(f"To: <{URI}>", f"To: <{AOR}>")

        assert wire.ask(request).startswith("SIP/2.0 200")
        assert wire.ask(request).startswith("SIP/2.0 200")


def test_register_when_captured_proof_is_used_again_then_challenged(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("REGISTER", URI, 1))
        proof = digest(challenge, "REGISTER", URI, user="100", password=password_of("100"))
        first = wire.request("REGISTER", URI, 2, headers=proof).replace(f"To: <{URI}>", f"To: <{AOR}>")
        second = wire.request("REGISTER", URI, 3, headers=proof).replace(f"To: <{URI}>", f"To: <{AOR}>")

        assert wire.ask(first).startswith("SIP/2.0 200")
        assert wire.ask(second).startswith("SIP/2.0 401")


@pytest.mark.parametrize(("contact", "expires"), [("<sip:100@127.0.0.1:5>", "0"), ("*", "0")])
def test_register_when_phone_takes_it_back_then_contact_is_gone(edge: RunningEdge, contact: str, expires: str) -> None:
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("REGISTER", URI, 1))
        for number, (place, seconds) in enumerate([("<sip:100@127.0.0.1:5>", "300"), (contact, expires)], start=1):
            proof = digest(challenge, "REGISTER", URI, user="100", password=password_of("100"), count=number)
            request = wire.request("REGISTER", URI, 1 + number, headers=f"{proof}Expires: {seconds}\n")
            request = request.replace(f"To: <{URI}>", f"To: <{AOR}>")
            request = request.replace(f"<sip:100@127.0.0.1:{wire.port}>", place)
            assert wire.ask(request).startswith("SIP/2.0 200")
            assert len(edge.ask(registered_contacts())) == 2 - number


def test_register_when_nonce_is_counted_up_then_no_new_challenge(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        challenge = wire.ask(wire.request("REGISTER", URI, 1))
        for count in (1, 2, 3):
            proof = digest(challenge, "REGISTER", URI, user="100", password=password_of("100"), count=count)
            request = wire.request("REGISTER", URI, 1 + count, headers=proof).replace(f"To: <{URI}>", f"To: <{AOR}>")
            assert wire.ask(request).startswith("SIP/2.0 200")


def places(edge: RunningEdge) -> set[tuple[str, str]]:
    return {(contact.extension, contact.uri) for contact in edge.ask(registered_contacts())}


def stored(edge: RunningEdge) -> int:
    with closing(sqlite3.connect(location_database(edge.paths))) as connection:
        count: int = connection.execute("SELECT count(*) FROM location").fetchone()[0]
    return count
