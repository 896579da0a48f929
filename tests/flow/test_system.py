"""The dialogues of feature codes: what is asked, which box function gets what, what is heard."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.features import ASKING, BOX_FUNCTION_NAMES, GENERIC
from appliance.flow.commands import Disconnect, FlowFinished, InvokeFunction, SetAttributes
from appliance.flow.defaults import sentences, system_documents
from appliance.flow.document import parse
from appliance.flow.events import DigitPressed, FunctionFailed, FunctionReturned, PromptEnded, TimerExpired
from appliance.flow.facts import ContactFacts, Library
from appliance.ids import FlowId

LIBRARY = Library(functions=BOX_FUNCTION_NAMES)
LOG_IN, STATUS = FlowId("feature_log_in"), FlowId("feature_status")
WORDS = sentences("en")


@pytest.fixture
def dial(caller):
    """A system flow under way, as a code begins it."""

    def begin(name, **attributes):
        known = {"argument": "", "function": "linekeeper:phone.whoami", "question": "How many?", **attributes}
        flow = parse(system_documents()[name], name=name)
        return caller(flow, facts=ContactFacts(attributes=known), library=LIBRARY)

    return begin


def asked(call):
    """Function and parameters of the last call."""
    command = call.last(InvokeFunction)
    return command.function, command.event["Details"]["Parameters"]


def answer(call, sentence, **more):
    call.tell(FunctionReturned(result={"sentence": sentence, **more}))


def refuse(call, sentence, error="refused"):
    call.tell(FunctionFailed(reason=sentence, told={"error": error, "sentence": sentence}))


def hangs_up_after(call, sentence):
    """The last that is heard."""
    assert call.heard[-1] == sentence
    call.tell(PromptEnded())
    assert call.all(Disconnect) == [Disconnect()]


def test_generic_when_answered_then_says_it_and_hangs_up(dial):
    call = dial(GENERIC, argument="7")
    assert asked(call) == ("linekeeper:phone.whoami", {"argument": "7"})
    answer(call, "Done.")
    hangs_up_after(call, "Done.")


def test_generic_when_refused_then_says_why(dial):
    call = dial(GENERIC)
    refuse(call, "No.")
    hangs_up_after(call, "No.")


def test_generic_when_nobody_answers_then_has_a_sentence_of_its_own(dial):
    call = dial(GENERIC)
    call.tell(FunctionFailed(reason="the switchboard is away"))
    hangs_up_after(call, WORDS["feature_failed"])


def test_asking_when_nothing_followed_the_code_then_asks_for_it(dial):
    call = dial(ASKING)
    assert call.heard == ["How many?"]
    call.press("12#")
    assert asked(call) == ("linekeeper:phone.whoami", {"argument": "12"})


def test_asking_when_something_followed_the_code_then_asks_nothing(dial):
    call = dial(ASKING, argument="3")
    assert call.heard == []
    assert asked(call)[1] == {"argument": "3"}


def test_log_in_when_number_and_pin_are_typed_then_both_are_asked_with_and_kept_nowhere(dial):
    call = dial(LOG_IN)
    assert call.heard == [WORDS["ask_agent"]]
    call.press("1001#")
    assert call.heard[-1] == WORDS["ask_pin"]
    call.press("4711#")
    assert asked(call) == ("linekeeper:agent.log_in", {"agent": "1001", "pin": "4711"})
    assert call.all(SetAttributes) == []  # these would be in the contact's events
    answer(call, "ann, you are logged in.")
    hangs_up_after(call, "ann, you are logged in.")


def test_log_in_when_the_number_was_dialled_then_only_the_pin_is_asked(dial):
    call = dial(LOG_IN, argument="1002")
    assert call.heard == [WORDS["ask_pin"]]
    call.press("4711#")
    assert asked(call)[1] == {"agent": "1002", "pin": "4711"}


def test_log_in_when_wrong_then_may_be_tried_three_times_in_all(dial):
    call = dial(LOG_IN)
    for tries in (1, 2, 3):
        call.press("1001#4711#")
        assert len(call.all(InvokeFunction)) == tries
        refuse(call, "Wrong.")
        assert call.heard[-1] == "Wrong."
        call.tell(PromptEnded())
    assert call.all(Disconnect) == [Disconnect()]


def test_log_in_when_locked_then_is_not_asked_again(dial):
    call = dial(LOG_IN)
    call.press("1001#4711#")
    refuse(call, "Locked.", error="locked")
    hangs_up_after(call, "Locked.")


def test_log_in_when_nothing_is_typed_then_ends(dial):
    call = dial(LOG_IN)
    call.tell(PromptEnded())
    call.tell(TimerExpired(), after_s=10)
    assert call.all(InvokeFunction) == []
    assert call.all(Disconnect) == [Disconnect()]


def test_status_when_no_number_followed_then_the_choices_are_the_question(dial):
    call = dial(STATUS)
    assert asked(call) == ("linekeeper:agent.statuses", {})
    answer(call, "1 for this, 2 for that.", digits="1")
    assert call.heard == ["1 for this, 2 for that."]
    call.press("2")
    assert asked(call) == ("linekeeper:agent.status", {"argument": "2"})
    answer(call, "That.", status="That")
    hangs_up_after(call, "That.")


@given(
    st.sampled_from(sorted(system_documents())),
    st.lists(
        st.one_of(
            st.sampled_from("0123456789*#").map(lambda key: DigitPressed(digit=key)),
            st.just(PromptEnded()),
            st.just(TimerExpired()),
            st.just(FunctionReturned(result={"sentence": "Yes.", "digits": "1"})),
            st.just(FunctionFailed(reason="no", told={"error": "refused", "sentence": "No."})),
            st.just(FunctionFailed(reason="away")),
        ),
        max_size=60,
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_dialogue_when_anything_happens_then_ends_once_and_nothing_secret_becomes_an_attribute(caller, name, events):
    flow = parse(system_documents()[name], name=name)
    known = {"argument": "", "function": "linekeeper:phone.whoami", "question": "How many?"}
    call = caller(flow, facts=ContactFacts(attributes=known), library=LIBRARY)
    for event in events:
        call.tell(event, after_s=20)
    for _ in range(200):  # nobody does anything any more
        if call.state.finished:
            break
        call.tell(FunctionFailed(reason="away"))
        call.tell(PromptEnded())
        call.tell(TimerExpired(), after_s=30)
    assert call.state.finished
    assert len(call.all(FlowFinished)) == 1
    assert call.state.facts.attributes == known
