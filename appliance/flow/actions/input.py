"""GetParticipantInput: a menu (conditions on keys), or digits stored in `$.StoredCustomerInput`.

Prompt, first key, further keys and the end of the input are states of one `Collecting`; keys typed ahead are taken
first and then no prompt is played.
"""

from __future__ import annotations

from appliance.flow.actions.messages import MESSAGE, MESSAGE_KEYS, is_silent, is_too_long, message
from appliance.flow.actions.storing import accept, silence, store_limits
from appliance.flow.commands import Play, StopPlaying
from appliance.flow.conditions import first_true, number
from appliance.flow.digits import forget_keys, next_key
from appliance.flow.events import (
    DigitPressed,
    FlowEvent,
    InputEncrypted,
    PromptEnded,
    PromptFailed,
    RequestFailed,
    TimerExpired,
)
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Result, Run, Waits, chosen, failed
from appliance.flow.state import Pending, WaitingFor

FIRST_KEY_S = 5.0
NEXT_KEY_S = 5.0  # reference: 5 s between digits by default
TIMED_OUT = "InputTimeLimitExceeded"
NO_MATCH = "NoMatchingCondition"


class Rules(Pending, frozen=True, kw_only=True):
    """An input's parameters, references resolved. first_s, next_s: seconds to the first and between keys."""

    store: bool
    first_s: float
    next_s: float
    terminator: str
    cancels: bool
    longest: int


class Collecting(Pending, frozen=True, kw_only=True):
    """keys: typed so far; playing: the prompt is still heard."""

    rules: Rules
    keys: str = ""
    playing: bool = False

    def __repr__(self) -> str:
        return f"Collecting(keys=<{len(self.keys)}>, playing={self.playing})"


def is_store(action: Action) -> bool:
    """Whether the action is the store form."""
    return str(action.parameter("StoreInput")).lower() == "true"


def _rules(run: Run, action: Action) -> Rules:
    store = is_store(action)
    first_s = _seconds(run, action, "InputTimeLimitSeconds") or FIRST_KEY_S
    next_s = _seconds(run, action, "DTMFConfiguration", "InterdigitTimeLimitSeconds") or NEXT_KEY_S
    terminator = run.text(action.parameter("DTMFConfiguration", "InputTerminationSequence"))[:5]
    cancels = run.text(action.parameter("DTMFConfiguration", "DisableCancelKey")).lower() != "true"
    longest = store_limits(run, action) if store else 0
    terminator = terminator or ("#" if store else "")
    return Rules(
        store=store, first_s=first_s, next_s=next_s, terminator=terminator, cancels=store and cancels, longest=longest
    )


def _seconds(run: Run, action: Action, *path: str) -> float | None:
    found = number(run.text(action.parameter(*path)))
    return found if found is not None and found > 0 else None


def _ask(run: Run, action: Action) -> Result:
    rules = _rules(run, action)
    collecting = Collecting(rules=rules)
    while run.keys:
        result = _press(run, action, collecting, next_key(run))
        if not isinstance(result, Waits) or not isinstance(result.pending, Collecting):
            return result
        collecting = result.pending
    if collecting.keys:
        return _wait(run, collecting)
    found = message(run, action.parameters)
    if found is None or is_silent(found):
        return _wait(run, collecting)
    if is_too_long(found):
        return failed(detail="the text is too long")
    run.say(Play(messages=(found,)))
    return Waits(WaitingFor.DIGITS, Collecting(rules=rules, playing=True))


def _wait(run: Run, collecting: Collecting) -> Waits:
    limit_s = collecting.rules.next_s if collecting.keys else collecting.rules.first_s
    return Waits(WaitingFor.DIGITS, collecting, run.now + limit_s)


def _heard(run: Run, action: Action, pending: Pending, event: FlowEvent) -> Result | None:
    if not isinstance(pending, Collecting):
        return _encrypted(run, event)
    if isinstance(event, DigitPressed):
        if pending.playing:
            run.say(StopPlaying())
        return _press(run, action, Collecting(rules=pending.rules, keys=pending.keys), event.digit)
    if isinstance(event, TimerExpired):
        return _silent(run, action, pending)
    if not pending.playing or not isinstance(event, PromptEnded | PromptFailed):
        return None
    if isinstance(event, PromptFailed):
        return failed(detail=event.reason)
    return _wait(run, Collecting(rules=pending.rules, keys=pending.keys))


def _press(run: Run, action: Action, collecting: Collecting, key: str) -> Result:
    keys = collecting.keys + key
    if collecting.rules.store:
        return _press_stored(run, action, collecting.rules, keys)
    return _press_menu(run, action, collecting.rules, keys)


# ── menu form ────────────────────────────────────────────────────────────────────────────────────────────────────


def _press_menu(run: Run, action: Action, rules: Rules, keys: str) -> Result:
    """Answers at once, unless a longer answer begins with the same keys."""
    choice = first_true(action.choices, keys, run.text)
    if choice is not None and choice.condition.operator != "Equals":
        return chosen(choice, keys)
    if _longer_possible(run, action, keys):
        return _wait(run, Collecting(rules=rules, keys=keys))
    if choice is None and rules.terminator and keys.endswith(rules.terminator):
        choice = first_true(action.choices, keys.removesuffix(rules.terminator), run.text)
    return chosen(choice) if choice is not None else _no_match(run)


def _longer_possible(run: Run, action: Action, keys: str) -> bool:
    answers = (run.text(choice.condition.label) for choice in action.choices)
    return any(len(answer) > len(keys) and answer.startswith(keys) for answer in answers)


def _no_match(run: Run) -> Result:
    forget_keys(run)
    return failed(NO_MATCH, rest=True)


def _silent(run: Run, action: Action, collecting: Collecting) -> Result:
    if collecting.rules.store:
        return accept(run, action, collecting.keys) if collecting.keys else silence(run)
    if not collecting.keys:
        wired = TIMED_OUT in action.errors or NO_MATCH not in action.errors
        return failed(TIMED_OUT if wired else NO_MATCH, rest=True)
    choice = first_true(action.choices, collecting.keys, run.text)
    return chosen(choice) if choice is not None else _no_match(run)


# ── store form ───────────────────────────────────────────────────────────────────────────────────────────────────


def _press_stored(run: Run, action: Action, rules: Rules, keys: str) -> Result:
    if keys.endswith(rules.terminator):
        return accept(run, action, keys.removesuffix(rules.terminator))
    if rules.cancels and keys.endswith("*") and "*" not in rules.terminator:
        return _wait(run, Collecting(rules=rules))
    if len(keys) >= rules.longest and not rules.terminator.startswith(keys[-1]):
        return accept(run, action, keys[: rules.longest], terminator=rules.terminator)
    return _wait(run, Collecting(rules=rules, keys=keys))


def _encrypted(run: Run, event: FlowEvent) -> Result | None:
    if isinstance(event, InputEncrypted):
        run.learn(stored_input=event.ciphertext)
        return DONE
    if isinstance(event, RequestFailed | TimerExpired):
        return failed(detail="the input can't be encrypted")
    return None


ROWS = (
    row(
        "GetParticipantInput",
        _ask,
        _heard,
        where="I Q TA TQ M",
        errors="NoMatchingError! InputTimeLimitExceeded NoMatchingCondition InvalidPhoneNumber",
        parameters=(
            *MESSAGE,
            takes("StoreInput", Kind.BOOLEAN, Dynamic.STATIC),
            takes("InputTimeLimitSeconds", Kind.NUMBER, required=True, default="5", low=1, high=300),
            takes("DTMFConfiguration", Kind.MAPPING),
            takes("DTMFConfiguration.InputTerminationSequence"),
            takes("DTMFConfiguration.DisableCancelKey", Kind.BOOLEAN),
            takes("DTMFConfiguration.InterdigitTimeLimitSeconds", Kind.NUMBER, low=1, high=20),
            takes("InputValidation", Kind.MAPPING),
            takes("InputValidation.CustomValidation.MaximumLength", Kind.NUMBER, low=1),
            takes("InputValidation.PhoneNumberValidation.NumberFormat", Kind.ENUM, values="Local E164"),
            takes("InputValidation.PhoneNumberValidation.CountryCode"),
            takes("InputEncryption", Kind.MAPPING),
        ),
        exactly_one=(MESSAGE_KEYS,),
        branching=True,
        silent=True,
    ),
)
