"""What a phone inside can do by dialling a code (`*11`), and which box functions flows may call (`linekeeper:…`): data.

Dialling a code answers and runs a *system flow* with the attributes feature, code, argument (what was dialled after
the code), extension, agent, function and question; the flow asks for keys where it needs some, invokes the box function
and speaks the answer's `sentence`. A box function goes through the functions service to the switchboard's API as
`feature.<operation>`; contact and calling extension are those of the contact, whatever the flow says.

To add a feature:

1. one row in `FEATURES` below (an empty `code`: a box function without a code of its own);
2. one handler `async def …(desk, asked) -> Said` in a module of `appliance/switchboard/desk/` and its line in that
   room's `book.py`, under the row's operation; a refusal is `raise RefusedError("key", …)`;
3. the sentences by key in `appliance/flow/sentences/en.json` and `ko.json`; the handler's values fill `{name}`.

The system flow "feature" invokes the function at once, "feature_ask" asks for keys first where none follow the code
(`question` is the key of what it asks). Another dialogue is a file in `appliance/flow/system/`. Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

import msgspec

from appliance.ids import FlowId

PREFIX = "linekeeper:"  # of every box function's name
PROOF = ("agent", "pin")  # parameters: the log-in number and PIN of an agent
GENERIC = FlowId("feature")
ASKING = FlowId("feature_ask")


class Takes(enum.StrEnum):
    """What may follow a code; nothing may always follow it."""

    NOTHING = "nothing"
    EXTENSION = "extension"  # digits
    NUMBER = "number"  # digits, * # and +


class Rights(enum.StrEnum):
    """Who may call a box function.

    INSIDE: a phone of the box, for itself or whoever is logged in there. PIN: also anybody else (a caller from a trunk)
    who gives the parameters agent (log-in number) and pin: it acts for that agent. A stranger can call nothing else.
    """

    INSIDE = "inside"
    PIN = "pin"


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """A row. name: in events (`feature:<name>`) and in the configuration; needs: parameters without which it fails;
    answers: what `$.External` holds beside `sentence`."""

    name: str
    code: str = ""
    operation: str = ""
    flow: FlowId = GENERIC
    takes: Takes = Takes.NOTHING
    question: str = ""
    parameters: tuple[str, ...] = ("argument",)
    needs: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    rights: Rights = Rights.INSIDE

    @property
    def function(self) -> str:
        """The box function's name, "" where it calls none (a flow of the customer's)."""
        return PREFIX + self.operation if self.operation else ""


FEATURES: tuple[Feature, ...] = (
    Feature(
        name="whoami",
        code="*10",
        operation="phone.whoami",
        answers=("extension", "agent"),
    ),
    Feature(
        name="log_in",
        code="*11",
        operation="agent.log_in",
        flow=FlowId("feature_log_in"),
        takes=Takes.EXTENSION,
        parameters=("agent", "pin"),
        needs=("agent", "pin"),
        answers=("agent",),
    ),
    Feature(name="log_out", code="*12", operation="agent.log_out", rights=Rights.PIN),
    Feature(name="available", code="*13", operation="agent.available", rights=Rights.PIN),
    Feature(
        name="status",
        code="*14",
        operation="agent.status",
        flow=FlowId("feature_status"),
        takes=Takes.EXTENSION,
        needs=("argument",),
        answers=("status",),
        rights=Rights.PIN,
    ),
    Feature(name="statuses", operation="agent.statuses", parameters=(), answers=("digits",)),
    Feature(name="end_wrap_up", code="*15", operation="agent.end_wrap_up", rights=Rights.PIN),
    Feature(name="extend_wrap_up", code="*16", operation="agent.extend_wrap_up", takes=Takes.EXTENSION),
    Feature(
        name="disposition",
        code="*17",
        operation="contact.disposition",
        flow=ASKING,
        takes=Takes.EXTENSION,
        question="ask_disposition",
        needs=("argument",),
        answers=("name",),
    ),
    Feature(name="forward_always", code="*21", operation="phone.forward_always", takes=Takes.NUMBER),
    Feature(name="forward_busy", code="*22", operation="phone.forward_busy", takes=Takes.NUMBER),
    Feature(name="forward_no_answer", code="*23", operation="phone.forward_no_answer", takes=Takes.NUMBER),
    Feature(name="do_not_disturb", code="*24", operation="phone.do_not_disturb"),
    Feature(name="pick_up_group", code="*30", operation="phone.pick_up_group"),
    Feature(name="pick_up", code="*31", operation="phone.pick_up", takes=Takes.EXTENSION, needs=("argument",)),
    Feature(name="intercom", code="*70", takes=Takes.EXTENSION),  # these two are calls, no flow runs
    Feature(name="page", code="*71", takes=Takes.EXTENSION),
    Feature(name="unpark", code="*41", operation="phone.unpark", takes=Takes.EXTENSION, needs=("argument",)),
    Feature(
        name="voicemail",
        code="*97",
        operation="voicemail.open",
        flow=FlowId("feature_voicemail"),
        parameters=(),
        answers=("next", "prompt", "number"),
    ),
    Feature(
        name="voicemail_of",
        code="*98",
        operation="voicemail.open_by_pin",
        flow=FlowId("feature_voicemail_of"),
        takes=Takes.EXTENSION,
        parameters=("agent", "pin"),
        needs=("agent", "pin"),
        answers=("next", "prompt", "number"),
    ),
    Feature(
        name="voicemail_key",
        operation="voicemail.key",
        parameters=("key",),
        answers=("next", "prompt", "number"),
    ),
    Feature(
        name="listen",
        code="*50",
        operation="supervision.listen",
        flow=ASKING,
        takes=Takes.EXTENSION,
        question="ask_extension",
        needs=("argument",),
    ),
)


def takes_of(row: Feature) -> tuple[str, ...]:
    """The parameters that a box function may be given."""
    proof = PROOF if row.rights is Rights.PIN else ()
    return tuple(dict.fromkeys((*row.parameters, *proof)))


def box_functions(features: Iterable[Feature] = FEATURES) -> Mapping[str, Feature]:
    """Every box function by its name, with the first row that has it."""
    found: dict[str, Feature] = {}
    for feature in features:
        if feature.operation:
            found.setdefault(feature.function, feature)
    return found


BOX_FUNCTIONS: Mapping[str, Feature] = box_functions()
BOX_FUNCTION_NAMES: Mapping[str, str] = {name: name for name in BOX_FUNCTIONS}  # as a library of flows wants them
