"""A warm transfer worked out by hand, second by second."""

from __future__ import annotations

from typing import Any

from appliance import events as ev
from appliance.ids import AgentId, ContactId, LegId
from appliance.records.contact_record import build_record

KIM = AgentId("kim")
LEG = LegId("agent-2")


def _consulted(story: Any) -> Any:
    """Connected at 4; consult from 10, answered at 15; with the customer 20-25; conference 30-40; complete at 40."""
    story.at(0.0).arrive().at(1.0).queue().at(2.0).offer().at(4.0).answer()
    story.at(10.0).say(ev.ConsultStarted(leg=LEG, target="103", by=KIM), ev.CustomerHeld(by=KIM))
    started = ev.LegStarted(leg=LEG, role=ev.LegRole.AGENT, uri="sip:103@box", sip_call_id="c", outgoing=True)
    story.say(started).at(15.0).say(ev.LegAnswered(leg=LEG, codec="PCMU"))
    story.at(20.0).say(ev.PartiesToggled(to="customer", by=KIM), ev.CustomerResumed(by=KIM))
    story.at(25.0).say(ev.PartiesToggled(to="consulted", by=KIM), ev.CustomerHeld(by=KIM))
    story.at(28.0).say(ev.DigitsSent(leg=LEG, count=3))
    story.at(30.0).say(ev.ConferenceStarted(leg=LEG, by=KIM), ev.CustomerResumed(by=KIM))
    story.at(40.0).say(ev.ConferenceEnded(leg=LEG))
    story.say(ev.ConsultEnded(leg=LEG, outcome=ev.ConsultOutcome.COMPLETED), ev.AgentLeft(agent=KIM))
    story.say(ev.ContactTransferred(next=ContactId("next"), target="103", kind="consult", by=KIM))
    return story.say(ev.ContactDisconnected(reason=None, pre_disconnect_state="CONNECTED"))


def test_record_when_consulted_then_holds_are_exact_and_add_up(story: Any) -> None:
    agent = build_record(_consulted(story).events, box="branch")["Agent"]
    assert (agent["NumberOfHolds"], agent["CustomerHoldDuration"]) == (2, 15)
    assert (agent["AgentInitiatedHoldDuration"], agent["LongestHoldDuration"]) == (15, 10)
    assert agent["AgentInteractionDuration"] == 36 - 15


def test_record_when_consulted_then_says_with_whom_how_long_and_what_came_of_it(story: Any) -> None:
    record = build_record(_consulted(story).events, box="branch")
    started = record["InitiationTimestamp"]
    (consult,) = record["Linekeeper"]["Consults"]
    assert (consult["Target"], consult["By"], consult["Outcome"]) == ("103", "kim", "completed")
    assert consult["Toggles"] == 2
    begun, answered, ended = (consult[f"{name}Timestamp"] for name in ("Start", "Answer", "End"))
    assert started < begun < answered < ended
    (conference,) = consult["Conferences"]
    assert (conference["EndTimestamp"], consult["SipStatus"]) == (ended, None)
    assert record["Linekeeper"]["KeysPressed"] == 3


def test_record_when_a_consult_fails_and_another_follows_then_each_has_its_own_account(story: Any) -> None:
    story.at(0.0).arrive().at(1.0).queue().at(2.0).offer().at(4.0).answer()
    story.at(10.0).say(ev.ConsultStarted(leg=LEG, target="103"), ev.CustomerHeld(by=KIM))
    failed = ev.ConsultEnded(leg=LEG, outcome=ev.ConsultOutcome.FAILED, sip_status=486)
    story.at(12.0).say(failed, ev.CustomerResumed(by=KIM))
    story.at(14.0).say(ev.ConsultStarted(leg=LegId("agent-3"), target="104"), ev.CustomerHeld(by=KIM))
    record = build_record(story.at(20.0).hang_up(state="CONNECTED_ONHOLD").events, box="branch")
    first, second = record["Linekeeper"]["Consults"]
    assert (first["Outcome"], first["SipStatus"], first["AnswerTimestamp"]) == ("failed", 486, None)
    assert (second["Target"], second["Outcome"], second["EndTimestamp"]) == ("104", None, None)
    assert (record["Agent"]["NumberOfHolds"], record["Agent"]["CustomerHoldDuration"]) == (2, 2 + 6)


def test_record_when_a_consult_went_on_to_another_phone_then_it_is_one_consult_of_who_answered(story: Any) -> None:
    after = LegId("agent-3")
    story.at(0.0).arrive().at(1.0).queue().at(2.0).offer().at(4.0).answer()
    story.at(10.0).say(ev.ConsultStarted(leg=LEG, target="103", by=KIM), ev.CustomerHeld(by=KIM))
    story.at(12.0).say(ev.ConsultWentOn(leg=LEG, to=after, sip_status=486))
    story.at(15.0).say(ev.LegAnswered(leg=after, codec="PCMU"))
    story.at(20.0).say(ev.ConsultEnded(leg=after, outcome=ev.ConsultOutcome.DROPPED), ev.CustomerResumed(by=KIM))
    (consult,) = build_record(story.at(25.0).hang_up().events, box="branch")["Linekeeper"]["Consults"]
    assert (consult["Leg"], consult["Target"], consult["Outcome"]) == ("agent-3", "103", "dropped")
    assert consult["StartTimestamp"] < consult["AnswerTimestamp"] < consult["EndTimestamp"]


def test_record_when_a_consult_was_picked_up_elsewhere_then_it_was_answered_there(story: Any) -> None:
    picker = LegId("agent-3")
    story.at(0.0).arrive().at(1.0).queue().at(2.0).offer().at(4.0).answer()
    story.at(10.0).say(ev.ConsultStarted(leg=LEG, target="group:team", by=KIM), ev.CustomerHeld(by=KIM))
    story.at(15.0).say(ev.LegAnswered(leg=picker, codec="PCMU"), ev.ConsultWentOn(leg=LEG, to=picker))
    story.at(20.0).say(ev.ConsultEnded(leg=picker, outcome=ev.ConsultOutcome.DROPPED), ev.CustomerResumed(by=KIM))
    (consult,) = build_record(story.at(25.0).hang_up().events, box="branch")["Linekeeper"]["Consults"]
    assert (consult["Leg"], consult["Target"], consult["Outcome"]) == ("agent-3", "group:team", "dropped")
    assert consult["StartTimestamp"] < consult["AnswerTimestamp"] < consult["EndTimestamp"]
