"""Supervisors with the real stack: listen, whisper, barge in, take over, and many at once. Real softphones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kit.api import ApiError
from kit.baresip import Baresip
from kit.box import BoxSettings, Json, RunningBox
from kit.talk import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, PhoneMaker, contact_of, hears, put_through

pytestmark = pytest.mark.scenario
Answering = Callable[[Baresip, Callable[[], Json]], Json]


@pytest.fixture(scope="module")
def box_settings() -> BoxSettings:
    return {"capacity": 7}


@pytest.fixture
def supervisor(phone: PhoneMaker) -> PhoneMaker:
    """`supervisor(box, "lee", "301", tone_hz=1000)`: a registered softphone that answers by itself."""

    def make(box: RunningBox, agent: str, extension: str, *, auto_answer: bool = True, **settings: object) -> Baresip:
        box.add_extension(extension, name=agent)
        box.api.call("agent.add", agent=agent, extension=extension, queues=[], supervisor=True)
        return phone(box, extension, known=True, auto_answer=auto_answer, **settings)

    return make


def monitor(box: RunningBox, contact: str, agent: str, mode: str = "listen") -> str:
    shown: Json = box.api.call("contact.monitor", contact=contact, supervisor=agent, mode=mode)
    return str(shown["monitor"])


def alternating(ear: Baresip, customer: Baresip, agent: Baresip) -> None:
    """Both tones are heard in a stretch of sound."""
    began = ear.heard().duration_s
    ear.wait_heard(
        lambda sound: (
            sound.duration_s >= 0.4
            and sound.part(-0.4).has_tone(CUSTOMER_HZ, share=0.2)
            and sound.part(-0.4).has_tone(AGENT_HZ, share=0.2)
        ),
        since_s=began,
        what=f"{customer.user} and {agent.user}",
    )


def test_supervisor_when_mode_changes_then_is_heard_by_whom_it_says_and_every_step_is_written_down(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, supervisor: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    boss = supervisor(box, "lee", "301", tone_hz=OTHER_HZ)
    contact = put_through(box, customer, agent)
    listening = monitor(box, contact, "lee")
    alternating(boss, customer, agent)
    hears(customer, AGENT_HZ)
    hears(agent, CUSTOMER_HZ)

    box.api.call("contact.mode", contact=contact, supervisor="lee", mode="whisper")
    agent.wait_heard(
        lambda sound: sound.duration_s >= 0.4 and sound.part(-0.4).has_tone(OTHER_HZ, share=0.2), what="the whisper"
    )
    hears(customer, AGENT_HZ)

    box.api.call("contact.mode", contact=contact, supervisor="lee", mode="barge")
    customer.wait_heard(
        lambda sound: sound.duration_s >= 0.4 and sound.part(-0.4).has_tone(OTHER_HZ, share=0.2), what="the supervisor"
    )
    boss.hang_up()
    box.wait_event(contact, "MonitoringEnded", supervisor="lee")
    hears(customer, AGENT_HZ)
    customer.hang_up()
    box.wait_closed(contact)
    assert [event["mode"] for event in box.events(contact, "MonitoringStarted")] == ["listen"]
    assert [event["mode"] for event in box.events(contact, "MonitoringChanged")] == ["whisper", "barge"]
    record = box.wait_closed(listening)
    assert record["InitiationMethod"] == "MONITOR"
    assert record["RelatedContactId"] == contact
    assert record["Agent"]["Username"] == "lee"
    assert [state["state"] for state in record["Agent"]["StateTransitions"]] == ["SILENT_MONITOR", "BARGE"]


def test_supervisor_when_taking_over_then_the_customer_talks_with_the_supervisor_and_the_record_says_barged(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, supervisor: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    boss = supervisor(box, "lee", "301", tone_hz=OTHER_HZ)
    contact = put_through(box, customer, agent)
    monitor(box, contact, "lee")
    box.api.call("contact.take_over", contact=contact, supervisor="lee")
    agent.wait_for("CALL_CLOSED")
    hears(customer, OTHER_HZ)
    hears(boss, CUSTOMER_HZ)
    record = box.wait_closed(contact)
    assert record["DisconnectReason"] == "BARGED"
    following = record["NextContactId"]
    boss.hang_up()
    customer.wait_for("CALL_CLOSED")
    second = box.wait_closed(following)
    assert second["Agent"]["Username"] == "lee"
    assert (second["PreviousContactId"], second["InitialContactId"]) == (contact, contact)


def test_supervisors_when_five_listen_then_each_hears_both_sides_and_no_leaving_disturbs_the_others(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, supervisor: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    bosses = [supervisor(box, f"boss{number}", f"31{number}", tone_hz=OTHER_HZ) for number in range(5)]
    contact = put_through(box, customer, agent)
    monitors = [monitor(box, contact, f"boss{number}") for number in range(5)]
    for boss in bosses:
        alternating(boss, customer, agent)
    hosts = [event["host"] for event in box.events(contact, "MonitoringStarted")]
    assert hosts[0] == contact
    assert set(hosts[1:]) <= set(monitors)
    bosses[0].hang_up()
    box.wait_event(contact, "MonitoringEnded", supervisor="boss0")
    for boss in bosses[1:]:
        alternating(boss, customer, agent)
    customer.hang_up()
    for boss in bosses[1:]:
        boss.wait_for("CALL_CLOSED")
    for one in (contact, *monitors):
        box.wait_closed(one)


def test_supervisor_when_the_agent_is_not_monitorable_or_rights_lack_then_refused_and_written_down(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, supervisor: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    supervisor(box, "lee", "301", tone_hz=OTHER_HZ)
    box.add_agent("bob", "202", available=False)
    contact = put_through(box, customer, agent)
    with pytest.raises(ApiError, match="bob is no supervisor"):
        monitor(box, contact, "bob")
    box.api.call("agent.add", agent="ann", monitorable=False)
    with pytest.raises(ApiError, match="ann is not to be monitored"):
        monitor(box, contact, "lee")
    box.wait_event(contact, "MonitoringRefused", supervisor="lee", reason="not_monitorable")
    box.api.call("agent.add", agent="ann", monitorable=True)
    customer.hang_up()
    box.wait_closed(contact)


def test_supervisor_when_dialling_the_code_then_listens_and_keys_change_the_mode(
    box: RunningBox, phone: PhoneMaker, agent_phone: PhoneMaker, supervisor: PhoneMaker
) -> None:
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    boss = supervisor(box, "lee", "301", tone_hz=OTHER_HZ)
    contact = put_through(box, customer, agent)
    boss.dial("*50201")
    box.wait_event(contact, "MonitoringStarted", supervisor="lee")
    alternating(boss, customer, agent)
    boss.send_digits("3")
    box.wait_event(contact, "MonitoringChanged", mode="barge")
    customer.wait_heard(
        lambda sound: sound.duration_s >= 0.4 and sound.part(-0.4).has_tone(OTHER_HZ, share=0.2), what="the supervisor"
    )
    boss.send_digits("4")
    agent.wait_for("CALL_CLOSED")
    hears(customer, OTHER_HZ)
    customer.hang_up()
    boss.wait_for("CALL_CLOSED")
    assert box.wait_closed(contact)["DisconnectReason"] == "BARGED"
    assert box.wait_closed(contact_of(box, "301"))["RelatedContactId"] == contact
