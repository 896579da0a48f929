"""Messages follow from the events of the recordings that they are; mailboxes are there without a row for agents."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from appliance import events as ev
from appliance.acd.model import AgentPlan
from appliance.ids import AgentId, ContactId, Extension, RecordingId
from appliance.stamps import Stamp
from appliance.store.agents import StoredAgent
from appliance.store.extensions import StoredExtension
from appliance.store.mailboxes import Mailbox, OwnerKind
from appliance.store.store import Store
from appliance.store.voicemails import VoicemailState

CONTACT = ContactId("c")
FIRST = RecordingId("r1")


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.in_memory() as made:
        yield made


def told(store: Store, *bodies: ev.AnyBody, writer: ev.Writer = ev.Writer.CONTACT) -> None:
    seq = store.events.last_seq(CONTACT, writer)
    store.events.append(
        [
            ev.ContactEvent(
                contact=CONTACT,
                writer=writer,
                seq=number,
                at=Stamp(boot="b", mono_s=float(number), wall_s=1e9 + number, synced=True),
                body=body,
            )
            for number, body in enumerate(bodies, seq + 1)
        ]
    )


def started(recording: RecordingId = FIRST, mailbox: str = "kim") -> ev.RecordingStarted:
    return ev.RecordingStarted(
        recording=recording,
        customer_path="/c.wav",
        agent_path="/a.wav",
        rate_hz=8000,
        mailbox=mailbox,
        caller="+12125550111",
        caller_name="Lee",
    )


def stopped(reason: str, recording: RecordingId = FIRST) -> ev.RecordingStopped:
    return ev.RecordingStopped(recording=recording, reason=reason)


def test_message_when_its_recording_stops_then_it_is_new_and_counted(store: Store) -> None:
    told(store, started())
    assert store.voicemails.of("kim") == []
    told(store, stopped("message ended"))
    (message,) = store.voicemails.of("kim")
    assert (message.recording, message.caller, message.caller_name) == (FIRST, "+12125550111", "Lee")
    assert (message.state, message.path, message.left_wall_s) == (VoicemailState.NEW, None, 1e9 + 1)
    assert store.voicemails.counts() == {"kim": (1, 0)}
    done = ev.RecordingFinished(recording=FIRST, path="2026/r1.flac", sha256="s", duration_s=2.5, bytes=9)
    told(store, done, writer=ev.Writer.SWITCHBOARD)
    assert store.voicemails.of()[0].path == "2026/r1.flac"
    assert store.voicemails.of()[0].duration_s == 2.5


def test_message_when_its_process_died_then_the_repair_makes_it_new(store: Store) -> None:
    told(store, started())
    told(store, stopped("contact process died"), writer=ev.Writer.SWITCHBOARD)
    assert store.voicemails.counts() == {"kim": (1, 0)}


def test_recording_when_empty_or_of_a_contact_then_it_is_no_message(store: Store) -> None:
    told(store, started(), stopped("empty"))
    other = RecordingId("r2")
    told(store, started(other, mailbox=""), stopped("contact ended", other))
    assert store.voicemails.of() == []
    assert store.voicemails.counts() == {}


def test_greeting_when_spoken_then_it_waits_beside_the_messages(store: Store) -> None:
    told(store, msgspec.structs.replace(started(), greeting=True), stopped("message ended"))
    assert store.voicemails.of() == []
    assert store.voicemails.counts() == {}
    assert [one.mailbox for one in store.voicemails.greetings()] == ["kim"]
    other = RecordingId("r2")
    told(store, msgspec.structs.replace(started(other), greeting=True), stopped("empty", other))
    assert [one.recording for one in store.voicemails.greetings()] == [FIRST]


def test_message_when_marked_then_it_moves_on_but_never_back_from_deleted(store: Store) -> None:
    told(store, started(), stopped("message ended"))
    assert store.voicemails.mark(FIRST, VoicemailState.SAVED)
    assert not store.voicemails.mark(FIRST, VoicemailState.SAVED)
    assert store.voicemails.counts() == {"kim": (0, 1)}
    assert store.voicemails.mark(FIRST, VoicemailState.DELETED)
    assert not store.voicemails.mark(FIRST, VoicemailState.NEW)
    assert store.voicemails.of() == []


def test_messages_when_listed_then_new_ones_come_first_each_kind_as_it_came(store: Store) -> None:
    names = [RecordingId(f"r{number}") for number in range(4)]
    for name in names:
        told(store, started(name), stopped("message ended", name))
    store.voicemails.mark(names[0], VoicemailState.SAVED)
    assert [message.recording for message in store.voicemails.of("kim")] == [*names[1:], names[0]]


def test_mailbox_when_of_an_agent_then_it_is_there_until_taken_away(store: Store) -> None:
    store.extensions.put(StoredExtension(extension=Extension("101")))
    store.agents.put(StoredAgent(plan=AgentPlan(agent=AgentId("kim"), extension=Extension("101"))))
    store.mailboxes.put(Mailbox(mailbox="sales", kind=OwnerKind.QUEUE, owner="sales", greeting="hello"))
    assert [(one.mailbox, one.kind, one.greeting) for one in store.mailboxes.all()] == [
        ("kim", OwnerKind.AGENT, ""),
        ("sales", OwnerKind.QUEUE, "hello"),
    ]
    store.mailboxes.put(Mailbox(mailbox="kim", owner="kim", enabled=False))
    assert [one.mailbox for one in store.mailboxes.all()] == ["sales"]
    assert store.mailboxes.get("nobody") is None
