"""Keys: menus, stored input, time-outs, terminators, type-ahead."""

from __future__ import annotations

import pytest

from appliance.flow.commands import EncryptInput, Play, StopPlaying, Trace
from appliance.flow.digits import MOST_KEYS
from appliance.flow.events import (
    DigitPressed,
    InputEncrypted,
    PromptEnded,
    PromptFailed,
    QueueFailed,
    RequestFailed,
    TimerExpired,
)
from appliance.flow.facts import ContactFacts
from appliance.flow.state import WaitingFor

ERRORS = {"InputTimeLimitExceeded": "late", "NoMatchingCondition": "wrong", "NoMatchingError": "bad"}


def menu(action, *keys, name="menu", errors=None, **parameters):
    given = {"Text": "choose", "StoreInput": "False", "InputTimeLimitSeconds": "5", **parameters}
    wired = ERRORS if errors is None else errors
    return action(
        name, "GetParticipantInput", given, then="wrong", errors=wired, when=[(key, f"go {key}") for key in keys]
    )


def ends(action, *names):
    return [action(name, "DisconnectParticipant") for name in ("late", "wrong", *names)]


@pytest.fixture
def menu_call(caller, flow, action):
    def make(*keys, **parameters):
        targets = [f"go {key}" for key in keys]
        return caller(flow(menu(action, *keys, **parameters), *ends(action, *targets)))

    return make


@pytest.mark.parametrize("key", ["1", "0", "*", "#"])
def test_menu_when_key_matches_during_prompt_then_barges_in(menu_call, key):
    call = menu_call("1", "0", "*", "#")
    call.press(key)
    assert call.fresh[0] == StopPlaying()
    assert call.path == [("menu", key), (f"go {key}", "Success")]


def test_menu_when_key_matches_after_prompt_then_no_stop(menu_call):
    call = menu_call("1")
    call.tell(PromptEnded())
    call.press("1")
    assert not call.all(StopPlaying)
    assert call.path[0] == ("menu", "1")


def test_menu_when_key_matches_nothing_then_no_match(menu_call):
    call = menu_call("1")
    call.press("7")
    assert call.path == [("menu", "NoMatchingCondition"), ("wrong", "Success")]


def test_menu_when_time_runs_out_after_prompt_then_time_out(menu_call):
    call = menu_call("1", InputTimeLimitSeconds="3")
    assert call.state.deadline is None
    call.tell(PromptEnded(), after_s=10)
    assert call.state.deadline == call.now + 3
    call.tell(TimerExpired(), after_s=3)
    assert call.path == [("menu", "InputTimeLimitExceeded"), ("late", "Success")]


@pytest.mark.parametrize(
    ("errors", "target"),
    [
        ({"NoMatchingCondition": "wrong", "NoMatchingError": "bad"}, "wrong"),
        ({"NoMatchingError": "bad"}, "bad"),
        ({}, "wrong"),
    ],
)
def test_menu_when_time_out_is_not_wired_then_nearest_branch(menu_call, errors, target):
    call = menu_call("1", errors=errors)
    call.tell(PromptEnded())
    call.tell(TimerExpired(), after_s=5)
    assert call.path[-1][0] == target


def test_menu_when_prompt_fails_then_error_branch(menu_call):
    call = menu_call("1")
    call.tell(PromptFailed(reason="x"))
    assert call.path == [("menu", "NoMatchingError"), ("bad", "Success")]


def test_menu_when_prompt_is_blank_then_time_starts_at_once(menu_call):
    call = menu_call("1", Text=" ")
    assert not call.all(Play)
    assert call.state.deadline == call.now + 5
    assert call.state.waiting_for is WaitingFor.DIGITS


def test_menu_when_one_answer_begins_another_then_waits_between_keys(menu_call):
    call = menu_call("1", "12", DTMFConfiguration={"InterdigitTimeLimitSeconds": "2"})
    call.press("1")
    assert call.state.deadline == call.now + 2
    call.press("2")
    assert call.path[0] == ("menu", "12")
    call = menu_call("1", "12")
    call.press("1")
    call.tell(TimerExpired(), after_s=5)
    assert call.path[0] == ("menu", "1")


def test_menu_when_terminator_follows_then_short_answer(menu_call):
    call = menu_call("1", "12", DTMFConfiguration={"InputTerminationSequence": "#"})
    call.press("1#")
    assert call.path[0] == ("menu", "1")


def test_menu_when_keys_were_typed_ahead_then_no_prompt(caller, flow, action):
    first = action("hello", "MessageParticipant", {"Text": "hello"}, then="m1")
    call = caller(
        flow(
            first,
            menu(action, "1", name="m1"),
            action("go 1", "InvokeLambdaFunction", {}, then="bad", errors={"NoMatchingError": "m2"}),
            menu(action, "2", name="m2"),
            *ends(action, "go 2"),
        )
    )
    call.press("1")
    assert call.heard == ["hello", "choose"]
    call.press("2")
    assert call.path[-1] == ("go 2", "Success")


def test_keys_when_wrong_then_the_rest_typed_ahead_is_forgotten(caller, flow, action):
    call = caller(
        flow(
            action("p", "MessageParticipant", {"Text": "p"}, then="q"),
            action("q", "TransferContactToQueue", {}, errors={"NoMatchingError": "menu"}),
            menu(action, "1", errors={"NoMatchingCondition": "again"}),
            action("again", "MessageParticipant", {"Text": "again"}, then="menu"),
            *ends(action, "go 1"),
        ),
        facts=ContactFacts(queue="sales"),
    )
    call.press("9")
    call.press("111")
    call.tell(QueueFailed(error="NoMatchingError"))
    assert call.heard == ["p", "again"]
    assert call.state.keys == ""


def test_keys_when_too_many_are_typed_ahead_then_bounded(caller, flow, action):
    call = caller(flow(action("q", "TransferContactToQueue", {}, errors={})), facts=ContactFacts(queue="sales"))
    call.press("1" * 500)
    assert len(call.state.keys) == MOST_KEYS


# ── store form ───────────────────────────────────────────────────────────────────────────────────────────────────


def store(action, *, validation=None, errors=None, then="end", **parameters):
    given = {
        "Text": "type",
        "StoreInput": "True",
        "InputTimeLimitSeconds": "5",
        "InputValidation": validation or {"CustomValidation": {"MaximumLength": "4"}},
        **parameters,
    }
    wired = {"NoMatchingError": "bad", "InvalidPhoneNumber": "other"} if errors is None else errors
    return action("store", "GetParticipantInput", given, then=then, errors=wired)


@pytest.fixture
def store_call(caller, flow, action):
    def make(**parameters):
        return caller(flow(store(action, **parameters)))

    return make


@pytest.mark.parametrize(
    ("keys", "stored"), [("1234", "1234"), ("12#", "12"), ("#", ""), ("19*56#", "56"), ("123*", None)]
)
def test_store_when_keys_are_pressed_then_stored(store_call, keys, stored):
    call = store_call()
    call.press(keys)
    assert call.state.facts.stored_input == stored
    assert call.state.finished is (stored is not None)


def test_store_when_cancel_key_is_disabled_then_star_is_a_digit(store_call):
    call = store_call(DTMFConfiguration={"DisableCancelKey": "True"})
    call.press("1*2#")
    assert call.state.facts.stored_input == "1*2"


def test_store_when_terminator_is_longer_then_only_that_ends(store_call):
    call = store_call(
        validation={"CustomValidation": {"MaximumLength": "6"}}, DTMFConfiguration={"InputTerminationSequence": "##"}
    )
    call.press("12#")
    assert not call.state.finished
    call.press("#")
    assert call.state.facts.stored_input == "12"


def test_store_when_caller_is_silent_then_success_with_timeout(store_call):
    call = store_call()
    call.tell(PromptEnded())
    call.tell(TimerExpired(), after_s=5)
    assert call.state.facts.stored_input == "Timeout"
    assert call.path == [("store", "Success"), ("end", "Success")]


def test_store_when_keys_stop_then_what_was_typed_counts(store_call):
    call = store_call(DTMFConfiguration={"InterdigitTimeLimitSeconds": "3"})
    call.press("12")
    assert call.state.deadline == call.now + 3
    call.tell(TimerExpired(), after_s=3)
    assert call.state.facts.stored_input == "12"


def test_store_when_length_ends_it_then_a_late_terminator_is_no_answer(caller, flow, action):
    call = caller(flow(store(action, then="menu"), menu(action, "#", "1"), *ends(action, "go #", "go 1")))
    call.press("1234#")
    assert call.heard == ["type", "choose"]
    assert call.state.waiting_for is WaitingFor.DIGITS
    call.press("1")
    assert call.path[-2:] == [("menu", "1"), ("go 1", "Success")]


def test_store_when_terminator_key_comes_much_later_then_it_is_an_answer(caller, flow, action):
    call = caller(flow(store(action, then="menu"), menu(action, "#"), *ends(action, "go #")))
    call.press("1234")
    call.tell(DigitPressed(digit="#"), after_s=2.5)
    assert call.path[-1] == ("go #", "Success")


def test_store_when_a_flow_action_waits_then_the_late_terminator_is_swallowed(caller, flow, action):
    call = caller(
        flow(
            store(action, then="wait"),
            action("wait", "MessageParticipant", {"Text": "thanks"}, then="menu"),
            menu(action, "1"),
            *ends(action, "go 1"),
        )
    )
    call.press("1234#")
    assert call.heard == ["type", "thanks"]
    assert call.state.keys == ""


@pytest.mark.parametrize(
    ("validation", "keys", "stored"),
    [
        ({"NumberFormat": "Local", "CountryCode": "US"}, "2065550100#", "+12065550100"),
        ({"NumberFormat": "Local", "CountryCode": "KR"}, "0212345678#", "+82212345678"),
        ({"NumberFormat": "E164"}, "12065550100#", "+12065550100"),
        ({"NumberFormat": "E164"}, "0082212345678#", "+82212345678"),
        ({"NumberFormat": "Local", "CountryCode": "US"}, "123#", None),
        ({"NumberFormat": "E164"}, "999#", None),
        ({"NumberFormat": "Local", "CountryCode": "??"}, "2065550100#", None),
    ],
)
def test_store_when_phone_number_then_normalised_or_refused(store_call, validation, keys, stored):
    call = store_call(validation={"PhoneNumberValidation": validation})
    call.press(keys)
    assert call.state.facts.stored_input == stored
    assert call.path[-1][0] == ("other" if stored is None else "end")


def test_store_when_encrypted_then_ciphertext_is_stored_and_digits_are_nowhere(store_call):
    call = store_call(InputEncryption={"EncryptionKeyId": "k", "Key": "PEM"})
    call.press("4711")
    asked = call.last(EncryptInput)
    assert (asked.digits, asked.key_id, asked.key) == ("4711", "k", "PEM")
    assert "4711" not in repr(asked)
    assert call.state.waiting_for is WaitingFor.ENCRYPTION
    call.tell(InputEncrypted(ciphertext="c2VjcmV0"))
    assert call.state.facts.stored_input == "c2VjcmV0"


@pytest.mark.parametrize("answer", [RequestFailed(error="NoMatchingError"), TimerExpired()])
def test_store_when_encryption_fails_then_error_branch(store_call, answer):
    call = store_call(InputEncryption={"EncryptionKeyId": "k", "Key": "PEM"})
    call.press("4711")
    call.tell(answer, after_s=5)
    assert call.state.facts.stored_input is None
    assert call.path == [("store", "NoMatchingError"), ("bad", "Success")]


def test_trace_when_digits_were_stored_then_does_not_hold_them(store_call):
    call = store_call()
    call.press("4711")
    assert "4711" not in repr(call.all(Trace))


def test_store_when_prompt_plays_and_key_comes_then_stops(store_call):
    call = store_call()
    call.tell(DigitPressed(digit="1"))
    assert call.all(StopPlaying) == [StopPlaying()]
    call.press("2")
    assert len(call.all(StopPlaying)) == 1
