"""What becomes of digits that a caller typed to be stored: length, phone number validation, encryption.

The digits are never put into a trace, a detail or a log.
"""

from __future__ import annotations

from appliance.flow.commands import EncryptInput
from appliance.flow.conditions import number
from appliance.flow.digits import expect_terminator
from appliance.flow.model import Action
from appliance.flow.run import DONE, Result, Run, Waits, failed
from appliance.flow.state import Pending, WaitingFor

NOTHING_TYPED = "Timeout"  # what flows compare to; the branch is Success (reference section 2)
LONGEST = 20
LONGEST_PHONE = 20  # E.164 has 15; people add prefixes
ENCRYPTION_S = 5.0


class Encrypting(Pending, frozen=True, kw_only=True):
    """The digits are on their way to be encrypted."""


def store_limits(run: Run, action: Action) -> int:
    """The most digits the store form takes."""
    if isinstance(action.parameter("InputValidation", "PhoneNumberValidation"), dict):
        return LONGEST_PHONE
    found = number(run.text(action.parameter("InputValidation", "CustomValidation", "MaximumLength")))
    return int(found) if found is not None and 1 <= found <= LONGEST_PHONE else LONGEST


def silence(run: Run) -> Result:
    """The caller typed nothing: a success whose value is the literal Timeout."""
    run.learn(stored_input=NOTHING_TYPED)
    return DONE


def accept(run: Run, action: Action, digits: str, *, terminator: str = "") -> Result:
    """The input is complete. terminator: may still follow, because the length ended the input."""
    if terminator:
        expect_terminator(run, terminator)
    validation = action.parameter("InputValidation", "PhoneNumberValidation")
    if isinstance(validation, dict):
        return _accept_phone(run, action, digits)
    if isinstance(action.parameter("InputEncryption"), dict):
        key_id = run.text(action.parameter("InputEncryption", "EncryptionKeyId"))
        key = run.text(action.parameter("InputEncryption", "Key"))
        run.say(EncryptInput(digits=digits, key_id=key_id, key=key))
        return Waits(WaitingFor.ENCRYPTION, Encrypting(), run.now + ENCRYPTION_S)
    run.learn(stored_input=digits)
    return DONE


def _accept_phone(run: Run, action: Action, digits: str) -> Result:
    from appliance.flow.phone import typed_number

    path = ("InputValidation", "PhoneNumberValidation")
    local = run.text(action.parameter(*path, "NumberFormat")) != "E164"
    country = run.text(action.parameter(*path, "CountryCode")) or run.facts.region
    found = typed_number(digits, country if local else None)
    if found is None:
        return failed("InvalidPhoneNumber")
    run.learn(stored_input=found)
    return DONE
