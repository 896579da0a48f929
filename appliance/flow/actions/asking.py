"""Actions with a local substitute (class B): functions in place of Lambda, a key menu in place of a Lex bot.

Without a substitute they leave by their error branch at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow.actions.contact import MOST_BYTES, size, texts
from appliance.flow.actions.messages import MESSAGE, is_silent, message
from appliance.flow.commands import InvokeFunction, Message, Play, StopPlaying
from appliance.flow.conditions import first_true, number
from appliance.flow.digits import forget_keys, next_key
from appliance.flow.events import (
    DigitPressed,
    FlowEvent,
    FunctionFailed,
    FunctionReturned,
    PromptEnded,
    PromptFailed,
    TimerExpired,
)
from appliance.flow.facts import BotMenu
from appliance.flow.lambda_event import lambda_event
from appliance.flow.model import Action
from appliance.flow.references import as_text
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Left, Result, Run, Waits, chosen, failed
from appliance.flow.state import Pending, WaitingFor
from appliance.flow.voices import usual_voice, voice_language

LONGEST_FUNCTION_S = 8.0  # reference section 4
DEFAULT_FUNCTION_S = 3.0
GRACE_S = 1.0  # the world has its own clock for the limit; this one only keeps a lost answer from hanging the call
NO_SUBSTITUTE = Left("NoMatchingError", None, True, False, "no local substitute is set up", "substitute")


class Invoking(Pending, frozen=True, kw_only=True):
    """A function's answer is awaited; `strings`: it must be a flat map of texts."""

    strings: bool


def _invoke(run: Run, action: Action) -> Result:
    reference = run.text(action.parameter("LambdaFunctionARN"))
    function = run.library.function(reference) if reference else None
    if function is None:
        return NO_SUBSTITUTE
    given = number(run.text(action.parameter("InvocationTimeLimitSeconds"))) or DEFAULT_FUNCTION_S
    limit_s = min(max(given, 1.0), LONGEST_FUNCTION_S)
    strings = run.text(action.parameter("ResponseValidation", "ResponseType")) != "JSON"
    asynchronous = run.text(action.parameter("InvocationType")).upper() == "ASYNCHRONOUS"
    parameters = _arguments(run, action.parameter("LambdaInvocationAttributes"))
    run.say(
        InvokeFunction(
            function=function,
            time_limit_s=limit_s,
            event=lambda_event(run.facts, parameters),
            response_type="STRING_MAP" if strings else "JSON",
            asynchronous=asynchronous,
        )
    )
    return DONE if asynchronous else Waits(WaitingFor.FUNCTION, Invoking(strings=strings), run.now + limit_s + GRACE_S)


def _arguments(run: Run, given: Any) -> dict[str, Any]:
    """Texts as texts; a newer document may nest objects."""
    if not isinstance(given, Mapping):
        return {}
    return {
        str(key): _arguments(run, part) if isinstance(part, Mapping) else run.text(part) for key, part in given.items()
    }


def _returned(run: Run, _action: Action, pending: Pending, event: FlowEvent) -> Result | None:
    if isinstance(event, FunctionReturned) and isinstance(pending, Invoking):
        return _take(run, event.result, strings=pending.strings)
    if isinstance(event, FunctionFailed):
        if event.told is not None:
            run.learn(external=event.told)
        return failed(detail=event.reason)
    return failed(detail="the function gave no answer in time") if isinstance(event, TimerExpired) else None


def _take(run: Run, result: Any, *, strings: bool) -> Result:
    """`$.External` is what the latest function gave; a bad answer leaves the one before."""
    if not isinstance(result, Mapping):
        return failed(detail="the function's answer is no object")
    if strings and any(isinstance(part, Mapping | list) for part in result.values()):
        return failed(detail="the function's answer is no flat map of texts; STRING_MAP was asked for")
    kept = {str(key): as_text(part) for key, part in result.items()} if strings else dict(result)
    if size({key: as_text(part) for key, part in kept.items()}) > MOST_BYTES:
        return failed(detail=f"the function's answer exceeds {MOST_BYTES} bytes")
    run.learn(external=kept)
    return DONE


# ── Lex ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class Choosing(Pending, frozen=True, kw_only=True):
    """A key is awaited that names an intent."""

    bot: BotMenu
    playing: bool = False


def _converse(run: Run, action: Action) -> Result:
    alias = run.text(action.parameter("LexV2Bot", "AliasArn")) or run.text(action.parameter("LexBot", "Name"))
    bot = run.library.bot(alias) if alias else None
    if bot is None:
        return NO_SUBSTITUTE
    if run.keys:
        return _choose(run, action, bot, next_key(run))
    said = tuple(_prompts(run, action, bot))
    if not said:
        return Waits(WaitingFor.DIGITS, Choosing(bot=bot), run.now + bot.first_s)
    run.say(Play(messages=said))
    return Waits(WaitingFor.DIGITS, Choosing(bot=bot, playing=True))


def _prompts(run: Run, action: Action, bot: BotMenu) -> list[Message]:
    own = message(run, action.parameters)
    language = (voice_language(run.facts.voice) if run.facts.voice else None) or run.facts.language
    menu = Message(text=bot.prompt, voice=run.facts.voice or usual_voice(run.facts.language), language=language)
    return [part for part in (own, menu) if part is not None and not is_silent(part)]


def _conversed(run: Run, action: Action, pending: Pending, event: FlowEvent) -> Result | None:
    if not isinstance(pending, Choosing):
        return None
    if isinstance(event, DigitPressed):
        if pending.playing:
            run.say(StopPlaying())
        return _choose(run, action, pending.bot, event.digit)
    if isinstance(event, TimerExpired):
        return failed("InputTimeLimitExceeded", rest=True)
    if pending.playing and isinstance(event, PromptEnded | PromptFailed):
        return Waits(WaitingFor.DIGITS, Choosing(bot=pending.bot), run.now + pending.bot.first_s)
    return None


def _choose(run: Run, action: Action, bot: BotMenu, key: str) -> Result:
    intent = bot.intents.get(key)
    session = texts(run, action.parameter("LexSessionAttributes")) or {}
    state = "Fulfilled" if intent is not None else "Failed"
    name = intent or "FallbackIntent"
    slots = dict(bot.slots.get(name, {}))
    run.learn(lex={"IntentName": name, "Slots": slots, "SessionAttributes": session, "DialogState": state})
    choice = first_true(action.choices, name, run.text)
    if choice is not None:
        return chosen(choice)
    forget_keys(run)
    return failed("NoMatchingCondition", rest=True)


ROWS = (
    row(
        "InvokeLambdaFunction",
        _invoke,
        _returned,
        offline="B",
        errors="NoMatchingError",
        parameters=(
            takes("LambdaFunctionARN", required=True),
            takes("InvocationTimeLimitSeconds", Kind.NUMBER, low=1, high=LONGEST_FUNCTION_S),
            takes("InvocationType", Kind.ENUM, Dynamic.STATIC, values="SYNCHRONOUS ASYNCHRONOUS"),
            takes("LambdaInvocationAttributes", Kind.MAPPING),
            takes("ResponseValidation", Kind.MAPPING),
            takes("ResponseValidation.ResponseType", Kind.ENUM, Dynamic.STATIC, values="STRING_MAP JSON"),
        ),
    ),
    row(
        "ConnectParticipantWithLexBot",
        _converse,
        _conversed,
        offline="B",
        where="I Q TA TQ M",
        errors="NoMatchingError NoMatchingCondition InputTimeLimitExceeded",
        parameters=(
            *MESSAGE,
            takes("LexV2Bot", Kind.MAPPING),
            takes("LexV2Bot.AliasArn"),
            takes("LexBot", Kind.MAPPING),
            takes("LexSessionAttributes", Kind.MAPPING),
            takes("LexTimeoutSeconds", Kind.MAPPING),
        ),
        exactly_one=(("LexV2Bot", "LexBot"),),
        branching=True,
    ),
)
