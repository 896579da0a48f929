"""Functions in place of Lambda, key menus in place of Lex."""

from __future__ import annotations

import pytest

from appliance.flow.commands import InvokeFunction, Play, StopPlaying, Trace
from appliance.flow.events import FunctionFailed, FunctionReturned, PromptEnded, PromptFailed, TimerExpired
from appliance.flow.facts import BotMenu, ContactFacts, Library
from appliance.flow.state import WaitingFor

ERRORS = {"NoMatchingError": "bad", "NoMatchingCondition": "other", "InputTimeLimitExceeded": "bad"}
FUNCTIONS = Library(functions={"lookup": "lookup"}, names={"arn:aws:lambda:r:1:function:x": "lookup"})


@pytest.fixture
def invoke(caller, flow, action):
    def make(library=FUNCTIONS, facts=None, **parameters):
        given = {"LambdaFunctionARN": "arn:aws:lambda:r:1:function:x", **parameters}
        running = flow(action("f", "InvokeLambdaFunction", given, then="end", errors=ERRORS))
        return caller(running, library=library, facts=facts)

    return make


def test_function_when_invoked_then_event_has_the_documented_shape(invoke):
    facts = ContactFacts(
        contact_id="c",
        customer_endpoint="+1",
        system_endpoint="+2",
        attributes={"a": "1"},
        queue="sales",
        queue_name="sales",
        queue_arn="arn:q",
        instance_arn="arn:i",
    )
    call = invoke(
        facts=facts, LambdaInvocationAttributes={"who": "$.CustomerEndpoint.Address", "deep": {"a": "$.Channel"}}
    )
    asked = call.last(InvokeFunction)
    assert asked.function == "lookup"
    data = asked.event["Details"]["ContactData"]
    assert asked.event["Name"] == "ContactFlowEvent"
    assert asked.event["Details"]["Parameters"] == {"who": "+1", "deep": {"a": "VOICE"}}
    assert data["CustomerEndpoint"] == {"Address": "+1", "Type": "TELEPHONE_NUMBER"}
    assert data["Queue"] == {"ARN": "arn:q", "Name": "sales", "OutboundCallerId": None}
    assert data["Attributes"] == {"a": "1"}
    assert {
        "ContactId",
        "InitialContactId",
        "PreviousContactId",
        "Channel",
        "InitiationMethod",
        "InstanceARN",
        "LanguageCode",
        "MediaStreams",
        "References",
        "SystemEndpoint",
    } <= set(data)


@pytest.mark.parametrize(("given", "limit_s"), [("3", 3), ("8", 8), ("30", 8), ("0", 3), (None, 3), (5, 5)])
def test_function_when_limit_is_given_then_within_bounds(invoke, given, limit_s):
    call = invoke(InvocationTimeLimitSeconds=given)
    assert call.last(InvokeFunction).time_limit_s == limit_s
    assert call.state.deadline == call.now + limit_s + 1
    assert call.state.waiting_for is WaitingFor.FUNCTION


def test_function_when_it_returns_then_external_is_the_answer(invoke):
    call = invoke(facts=ContactFacts(external={"old": "x"}))
    call.tell(FunctionReturned(result={"a": "1", "n": 5, "t": True, "z": None}))
    assert call.state.facts.external == {"a": "1", "n": "5", "t": "true", "z": ""}
    assert call.path[-1][0] == "end"


@pytest.mark.parametrize("result", [None, "text", [1], {"deep": {"x": "y"}}, {"big": "x" * 33_000}])
def test_function_when_answer_is_unfit_then_error_branch_and_old_answer_stays(invoke, result):
    call = invoke(facts=ContactFacts(external={"old": "x"}))
    call.tell(FunctionReturned(result=result))
    assert call.path[-1][0] == "bad"
    assert call.state.facts.external == {"old": "x"}


def test_function_when_json_is_allowed_then_answer_may_be_deep(invoke):
    call = invoke(ResponseValidation={"ResponseType": "JSON"})
    call.tell(FunctionReturned(result={"deep": {"list": [1, 2]}}))
    assert call.state.facts.external == {"deep": {"list": [1, 2]}}


@pytest.mark.parametrize("answer", [FunctionFailed(reason="x"), TimerExpired()])
def test_function_when_it_fails_or_is_silent_then_error_branch(invoke, answer):
    call = invoke()
    call.tell(answer, after_s=4)
    assert call.path[-1][0] == "bad"


def test_function_when_there_is_no_substitute_then_error_branch_at_once(invoke):
    call = invoke(library=Library())
    assert call.path[0] == ("f", "NoMatchingError")
    assert call.all(Trace)[0].lacking == "substitute"


def test_function_when_asynchronous_then_flow_does_not_wait(invoke):
    call = invoke(InvocationType="ASYNCHRONOUS")
    assert call.last(InvokeFunction).asynchronous
    assert call.path[-1][0] == "end"


BOT = BotMenu(
    intents={"1": "Sales", "2": "Support"},
    prompt="Press 1 for sales, 2 for support.",
    slots={"Sales": {"city": "Seoul"}},
    first_s=6.0,
)


@pytest.fixture
def converse(caller, flow, action):
    def make(library=None, **parameters):
        given = {"Text": "How can I help?", "LexV2Bot": {"AliasArn": "arn:bot"}, **parameters}
        talk = action(
            "bot", "ConnectParticipantWithLexBot", given, then="other", errors=ERRORS, when=[("Sales", "end")]
        )
        return caller(flow(talk), library=library or Library(bots={"menu": BOT}, names={"arn:bot": "menu"}))

    return make


def test_bot_when_key_names_an_intent_then_lex_is_filled(converse):
    call = converse(LexSessionAttributes={"who": "$.Channel"})
    assert call.heard == ["How can I help?", "Press 1 for sales, 2 for support."]
    assert len(call.all(Play)) == 1
    call.press("1")
    assert call.all(StopPlaying)
    assert call.path == [("bot", "Sales"), ("end", "Success")]
    assert call.state.facts.lex == {
        "IntentName": "Sales",
        "Slots": {"city": "Seoul"},
        "SessionAttributes": {"who": "VOICE"},
        "DialogState": "Fulfilled",
    }


@pytest.mark.parametrize(("key", "intent"), [("2", "Support"), ("9", "FallbackIntent")])
def test_bot_when_intent_is_not_wired_then_no_match(converse, key, intent):
    call = converse()
    call.press(key)
    assert call.path[0] == ("bot", "NoMatchingCondition")
    assert call.state.facts.lex["IntentName"] == intent


@pytest.mark.parametrize("ending", [PromptEnded(), PromptFailed(reason="x")])
def test_bot_when_caller_is_silent_then_time_out(converse, ending):
    call = converse()
    call.tell(ending)
    assert call.state.deadline == call.now + 6
    call.tell(TimerExpired(), after_s=6)
    assert call.path[0] == ("bot", "InputTimeLimitExceeded")


def test_bot_when_there_is_no_substitute_then_error_branch(converse):
    assert converse(library=Library(names={"x": "y"})).path[0] == ("bot", "NoMatchingError")


def test_bot_when_named_in_the_old_way_then_found(converse):
    call = converse(library=Library(bots={"QA": BOT}), LexV2Bot=None, LexBot={"Name": "QA", "Region": "r"})
    assert call.state.waiting_for is WaitingFor.DIGITS
