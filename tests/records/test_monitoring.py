"""Supervisors in the records of the contact they listened to, and of their own."""

from __future__ import annotations

from records.conftest import Story

from appliance import events as ev
from appliance.ids import AgentId, ContactId, Extension
from appliance.records.contact_record import build_record

LEE, MONITOR, HOST = AgentId("lee"), ContactId("7d7b9c1e-0002"), ContactId("7d7b9c1e-0001")


def test_monitoring_when_a_supervisor_came_changed_and_left_then_each_step_has_its_time() -> None:
    story = Story().arrive()
    story.at(10).switchboard(ev.MonitoringStarted(supervisor=LEE, monitor=MONITOR, host=HOST, mode="listen"))
    story.at(12).switchboard(ev.MonitoringChanged(supervisor=LEE, monitor=MONITOR, mode="barge"))
    story.at(15).switchboard(ev.MonitoringEnded(supervisor=LEE, monitor=MONITOR))
    story.at(16).switchboard(ev.MonitoringRefused(supervisor=LEE, reason="not_monitorable"))
    details = build_record(story.events, box="b")["Linekeeper"]["Monitoring"]
    assert details == [
        {
            "Supervisor": "lee",
            "ContactId": MONITOR,
            "Modes": [
                {"Mode": "listen", "StartTimestamp": "2026-11-18T11:06:50Z"},
                {"Mode": "barge", "StartTimestamp": "2026-11-18T11:06:52Z"},
            ],
            "EndTimestamp": "2026-11-18T11:06:55Z",
        },
        {"Supervisor": "lee", "Refused": "not_monitorable", "Timestamp": "2026-11-18T11:06:56Z"},
    ]


def test_state_transitions_when_the_supervisor_was_silent_then_heard_then_two_states_that_meet() -> None:
    story = Story()
    story.say(ev.ContactInitiated(method=ev.InitiationMethod.MONITOR, customer=ev.Endpoint(address="301", type="VOIP")))
    story.at(2).say(ev.AgentConnected(agent=LEE, extension=Extension("301")), ev.MonitorModeSet(mode="listen"))
    story.at(4).say(ev.MonitorModeSet(mode="whisper"))
    story.at(6).say(ev.MonitorModeSet(mode="barge"))
    story.at(9).say(
        ev.AgentLeft(agent=LEE),
        ev.ContactDisconnected(reason=ev.DisconnectReason.AGENT_DISCONNECT, pre_disconnect_state="CONNECTED"),
    )
    record = build_record(story.events, box="b")
    assert record["Agent"]["Username"] == "lee"
    assert record["Agent"]["StateTransitions"] == [
        {
            "state": "SILENT_MONITOR",
            "stateStartTimestamp": "2026-11-18T11:06:42Z",
            "stateEndTimestamp": "2026-11-18T11:06:46Z",
        },
        {"state": "BARGE", "stateStartTimestamp": "2026-11-18T11:06:46Z", "stateEndTimestamp": "2026-11-18T11:06:49Z"},
    ]
