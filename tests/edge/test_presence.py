"""Lamps: phones subscribe, the switchboard publishes, nobody else does; subscriptions outlive a restart."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from xml.etree import ElementTree

import pytest
from edge.parties import Party
from edge.running import DOMAIN, RunningEdge, password_of
from edge.wire import Wire, digest
from kit.processes import wait_until
from kit.subscriber import Subscriber

from appliance.config.schema import Trunk
from appliance.edge.database import presence_database
from appliance.edge.publishing import State, StatePackage, StatePublisher
from appliance.edge.requests import counters, published_states
from appliance.edge.rpc import AsyncEdgeLink
from appliance.switchboard.lamps.lamp import Lamp, Messages, dialog_body, messages_body

pytestmark = pytest.mark.scenario
DIALOG = "{urn:ietf:params:xml:ns:dialog-info}"
LAMP = State(package=StatePackage.DIALOG, user="101")
BOX = State(package=StatePackage.MESSAGES, user="100")


def subscriber(edge: RunningEdge, user: str = "100", **options: str) -> Subscriber:
    return Subscriber(edge.port, **{"user": user, "password": password_of(user)} | options)


def publishing(edge: RunningEdge, *deeds: Callable[[StatePublisher], Awaitable[None]]) -> None:
    """One switchboard's life: it publishes and is gone."""

    async def life() -> None:
        publisher = StatePublisher(AsyncEdgeLink(edge.paths.edge_rpc_socket), domain=DOMAIN, port=edge.internal_port)
        try:
            for deed in deeds:
                await deed(publisher)
        finally:
            publisher.close()

    asyncio.run(life())


def lit(lamp: Lamp, visit: str = "v1", state: State = LAMP) -> Callable[[StatePublisher], Awaitable[None]]:
    body = dialog_body(state.user, DOMAIN, lamp, visit)
    return lambda publisher: publisher.publish(state, body, final=lamp is Lamp.DARK)


def waiting(new: int, saved: int) -> Callable[[StatePublisher], Awaitable[None]]:
    body = messages_body(BOX.user, DOMAIN, Messages(new=new, saved=saved))
    return lambda publisher: publisher.publish(BOX, body)


def test_lamp_when_state_changes_then_subscriber_sees_each_in_valid_dialog_info(edge: RunningEdge) -> None:
    with subscriber(edge) as phone:
        lamp = phone.watch("101")
        assert lamp.lamp == "terminated"
        publishing(edge, lit(Lamp.RINGING), lit(Lamp.BUSY), lit(Lamp.DARK))
        lamp.shows("terminated")

        assert lamp.lamps == ["terminated", "early", "confirmed", "terminated"]
        versions = []
        for notify, body in zip(lamp.notifies, lamp.bodies, strict=True):
            assert "Content-Type: application/dialog-info+xml" in notify
            assert "Subscription-State: active;expires=" in notify
            root = ElementTree.fromstring(body)
            assert (root.tag, root.get("state"), root.get("entity")) == (
                f"{DIALOG}dialog-info",
                "full",
                "sip:101@linekeeper",
            )
            assert all(dialog.get("id") for dialog in root.findall(f"{DIALOG}dialog"))
            versions.append(int(root.get("version", "")))
        assert versions == sorted(set(versions))


def test_lamp_when_lit_again_after_dark_then_only_the_new_state_is_shown(edge: RunningEdge) -> None:
    publishing(edge, lit(Lamp.RINGING), lit(Lamp.DARK), lit(Lamp.BUSY, "v2"))

    with subscriber(edge) as phone:
        lamp = phone.watch("101")
        assert lamp.lamps == ["confirmed"]
    assert len(edge.ask(published_states())) == 1


def test_lamp_when_another_switchboard_goes_on_then_it_replaces_what_the_first_left(edge: RunningEdge) -> None:
    publishing(edge, lit(Lamp.BUSY))
    with subscriber(edge) as phone:
        lamp = phone.watch("101")
        publishing(edge, lit(Lamp.RINGING, "v2"))
        lamp.shows("early")
        publishing(edge, lit(Lamp.DARK, "v3"))
        lamp.shows("terminated")
    assert edge.ask(published_states()) == ()


def test_messages_when_they_wait_then_the_summary_says_so(edge: RunningEdge) -> None:
    with subscriber(edge) as phone:
        box = phone.watch("100", "message-summary")
        publishing(edge, waiting(2, 1), waiting(0, 3))
        box.says("Messages-Waiting: no")
        said = [body for body in box.bodies if body]
        assert said[0] == "Messages-Waiting: yes\nMessage-Account: sip:100@linekeeper\nVoice-Message: 2/1\n"
        assert said[-1].endswith("Voice-Message: 0/3\n")


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_subscription_when_edge_restarts_then_it_goes_on(edge: RunningEdge, how: str) -> None:
    with subscriber(edge) as phone:
        lamp = phone.watch("101")
        publishing(edge, lit(Lamp.BUSY))
        lamp.shows("confirmed")
        wait_until(lambda: _stored(edge) == 1, timeout_s=5, what="the subscription is written down")
        edge.stop() if how == "stop" else edge.kill()
        wait_until(edge._is_gone, timeout_s=10, what="the port is free")
        edge.start()
        publishing(edge, lit(Lamp.RINGING))
        lamp.shows("early")
        phone.renew(lamp)
        assert lamp.answer.startswith("SIP/2.0 200"), lamp.answer


def test_subscription_when_ended_then_nothing_more_comes_and_nothing_is_kept(edge: RunningEdge) -> None:
    with subscriber(edge) as phone:
        lamp = phone.watch("101")
        phone.renew(lamp, expires_s=0)
        wait_until(lambda: "Subscription-State: terminated" in lamp.notifies[-1], timeout_s=5, what="the last NOTIFY")
        seen = len(lamp.notifies)
        other = phone.watch("102")
        publishing(edge, lit(Lamp.BUSY), lit(Lamp.BUSY, state=State(package=StatePackage.DIALOG, user="102")))
        other.shows("confirmed")
        assert len(lamp.notifies) == seen
        wait_until(lambda: _stored(edge) == 1, timeout_s=5, what="only one subscription is kept")


def test_subscribe_when_somebody_elses_messages_then_403(edge: RunningEdge) -> None:
    with subscriber(edge) as phone:
        phone.watch("101", "message-summary", answer="403")
        phone.watch("voicemail-sales", "message-summary")


def test_subscribe_when_password_is_wrong_or_event_unknown_then_refused(edge: RunningEdge) -> None:
    with subscriber(edge, password="wrong") as stranger:
        stranger.watch("101", answer="403")
    with subscriber(edge) as phone:
        phone.watch("101", "presence", answer="489")
    with Subscriber(edge.port, user="100", password=password_of("101")) as liar:
        liar.watch("101", answer="403")
    assert _stored(edge) == 0


def test_publish_when_of_a_stranger_then_403_whatever_it_shows(make_edge: Callable[..., RunningEdge]) -> None:
    trunk = Trunk.model_validate({"name": "north", "kind": "static", "host": "127.0.0.5"})
    edge = make_edge(trunks=[trunk])
    publishing(edge, lit(Lamp.BUSY))
    body = dialog_body("101", DOMAIN, Lamp.RINGING, "forged").replace("\n", "")
    for port, address in ((edge.port, "127.0.0.1"), (edge.port, "127.0.0.5")):
        with Wire(port, address=address) as wire:
            headers = "Event: dialog\nContent-Type: application/dialog-info+xml\nX-Linekeeper-Key: x\n"
            asked = wire.request("PUBLISH", "sip:101@linekeeper", 1, headers=headers, body=body)
            assert wire.ask(asked).startswith("SIP/2.0 403")
    with Wire(edge.internal_port, timeout_s=0.5) as wire:
        wire.send(wire.request("PUBLISH", "sip:101@linekeeper", 2, headers=headers, body=body))
        with pytest.raises(TimeoutError):
            wire.receive()
    with subscriber(edge) as phone:
        assert phone.watch("101").lamp == "confirmed"


def test_flood_when_a_phone_of_ours_has_many_lamps_then_all_are_lit_and_strangers_stay_limited(
    make_edge: Callable[..., RunningEdge], phone: Callable[..., Party]
) -> None:
    edge = make_edge(options={"flood_requests": 20, "flood_seconds": 2})
    phone(edge, "100", address="127.0.0.31")

    with subscriber(edge, address="127.0.0.31") as lamps:
        for number in range(30):  # 60 requests, and 60 more when they end
            lamps.watch(f"agent-{number}")
    assert edge.ask(counters()).floods == 0
    with Wire(edge.port, address="127.0.0.31") as wire:
        for number in range(1000):
            wire.send(wire.request("OPTIONS", "sip:linekeeper", number, call_id=f"flood-{number}"))
    wait_until(lambda: edge.ask(counters()).floods > 50, timeout_s=5, what="even a phone's address has its limit")


def test_subscribe_when_its_address_is_the_edges_own_then_the_name_is_the_same(edge: RunningEdge) -> None:
    publishing(edge, lit(Lamp.BUSY))
    with subscriber(edge, domain="127.0.0.1") as phone:
        assert phone.watch("101").lamp == "confirmed"


def test_digest_when_of_another_method_then_subscribe_is_refused(edge: RunningEdge) -> None:
    with Wire(edge.port) as wire:
        headers = "Event: dialog\nExpires: 60\n"
        asked = wire.request("SUBSCRIBE", "sip:101@linekeeper", 1, headers=headers)
        header = digest(wire.ask(asked), "INVITE", "sip:101@linekeeper", user="100", password=password_of("100"))
        answer = wire.ask(wire.request("SUBSCRIBE", "sip:101@linekeeper", 2, headers=headers + header))
        assert answer.startswith("SIP/2.0 403")


def _stored(edge: RunningEdge) -> int:
    with closing(sqlite3.connect(presence_database(edge.paths))) as found:
        return int(found.execute("SELECT count(*) FROM active_watchers").fetchone()[0])
