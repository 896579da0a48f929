"""A bundle that shows what flows can do on a real call: hours, a module, another flow, hooks, whispers, hold flows,
a disconnect flow, a third party, stored input. Every prompt is a tone of its own.

Flows call each other, queues and hours by the ARNs of the cloud they might come from; the map leads them here.
"""

from __future__ import annotations

from typing import Any

from kit.flows import Document, action, flow

INSTANCE = "arn:aws:connect:eu-west-2:111122223333:instance/0a1b2c3d-0000-4000-8000-000000000001"
TONES_HZ = {
    "in-module": 1500.0,
    "closed": 1800.0,
    "hooked-queue": 2000.0,
    "to-agent": 2300.0,
    "to-customer": 2600.0,
    "hold-customer": 500.0,
    "hold-agent": 900.0,
    "remaining": 1100.0,
    "back": 1300.0,
    "number-good": 1600.0,
    "number-bad": 1900.0,
    "version-1": 2100.0,
    "version-2": 2400.0,
}
TONE_S = 0.7
NUMBERS = {
    "610": "open hours",
    "611": "shut hours",
    "612": "talk",
    "613": "third party",
    "614": "input",
    "615": "menu 2",
    "616": "prompted",
}
MAP = {
    f"{INSTANCE}/queue/q1": "sales",
    f"{INSTANCE}/contact-flow/f2": "second",
    f"{INSTANCE}/contact-flow/f3": "hooked queue",
    f"{INSTANCE}/flow-module/m1": "greeting",
    f"{INSTANCE}/operating-hours/h1": "always",
    f"{INSTANCE}/operating-hours/h2": "never",
    "${Greeting}": "in-module",
}
_FAIL = {"NoMatchingError": "bye"}
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_MIDNIGHT = {"Hours": 0, "Minutes": 0}


def bundle(version: int = 1) -> Document:
    """The document; `version` changes what `second` and the menu's next flow play."""
    flows = {
        "open hours": _entry("h1"),
        "shut hours": _entry("h2"),
        "second": _into_queue(),
        "hooked queue": _looping("hooked-queue", "customerQueue"),
        "talk": _talk(),
        "to agent": _saying("to-agent", "agentWhisper"),
        "to customer": _saying("to-customer", "customerWhisper"),
        "customer waits": _looping("hold-customer", "customerHold"),
        "agent waits": _looping("hold-agent", "agentHold"),
        "afterwards": _remaining(),
        "third party": _third_party(),
        "input": _input(),
        "menu 2": _versioned_menu(),
        "next": _version(version),
        "greeting": _module(),
    }
    return {
        "Format": "linekeeper-flows/1",
        "Flows": {name: {"Type": kind, "Document": document} for name, (kind, document) in flows.items()},
        "Hours": {
            "always": {"Resource": {"TimeZone": "Asia/Seoul", "Config": _whole_week()}, "Overrides": []},
            "never": {"Resource": {"TimeZone": "Asia/Seoul", "Config": []}, "Overrides": []},
        },
        "Bots": {},
        "Functions": {},
        "Prompts": {},
        "Map": MAP,
    }


def _whole_week() -> list[dict[str, Any]]:
    return [{"Day": day, "StartTime": _MIDNIGHT, "EndTime": _MIDNIGHT} for day in _DAYS]


def _bye() -> Document:
    return action("bye", "DisconnectParticipant", {})


def _play(name: str, prompt: str, then: str) -> Document:
    return action(name, "MessageParticipant", {"PromptId": prompt}, then, errors={"NoMatchingError": then})


def _inbound(start: str, *actions: Document) -> tuple[str, Document]:
    return "CONTACT_FLOW", flow("flow", "contactFlow", start, *actions, _bye())


def _entry(hours: str) -> tuple[str, Document]:
    """Hours, then a module, a hook and another flow; closed: a tone."""
    asked = {"HoursOfOperationId": f"{INSTANCE}/operating-hours/{hours}"}
    hook = {"EventHooks": {"CustomerQueue": f"{INSTANCE}/contact-flow/f3"}}
    module = {"FlowModuleId": f"{INSTANCE}/flow-module/m1"}
    return _inbound(
        "hours",
        action(
            "hours", "CheckHoursOfOperation", asked, "shut", errors=_FAIL, equals={"True": "module", "False": "shut"}
        ),
        action("module", "InvokeFlowModule", module, "hook", errors=_FAIL),
        action("hook", "UpdateContactEventHooks", hook, "go on", errors=_FAIL),
        action("go on", "TransferToFlow", {"ContactFlowId": f"{INSTANCE}/contact-flow/f2"}, "bye", errors=_FAIL),
        _play("shut", "closed", "bye"),
    )


def _module() -> tuple[str, Document]:
    attributes = {"Attributes": {"greeted": "yes"}}
    return "MODULE", flow(
        "greeting",
        "module",
        "say",
        _play("say", "${Greeting}", "note"),
        action("note", "UpdateContactAttributes", attributes, "back", errors={"NoMatchingError": "back"}),
        action("back", "EndFlowModuleExecution", {}),
    )


def _into_queue() -> tuple[str, Document]:
    return _inbound("choose", *_queue_actions())


def _queue_actions() -> tuple[Document, ...]:
    return (
        action("choose", "UpdateContactTargetQueue", {"QueueId": f"{INSTANCE}/queue/q1"}, "enter", errors=_FAIL),
        action("enter", "TransferContactToQueue", {}, "bye", errors={"QueueAtCapacity": "bye", **_FAIL}),
    )


def _looping(prompt: str, kind: str) -> tuple[str, Document]:
    types = {"customerQueue": "CUSTOMER_QUEUE", "customerHold": "CUSTOMER_HOLD", "agentHold": "AGENT_HOLD"}
    wait = action(
        "wait", "MessageParticipantIteratively", {"Messages": [{"PromptId": prompt}]}, errors={"NoMatchingError": "end"}
    )
    return types[kind], flow(prompt, kind, "wait", wait, action("end", "EndFlowExecution", {}))


def _saying(prompt: str, kind: str) -> tuple[str, Document]:
    types = {"agentWhisper": "AGENT_WHISPER", "customerWhisper": "CUSTOMER_WHISPER"}
    return types[kind], flow(prompt, kind, "say", _play("say", prompt, "end"), action("end", "EndFlowExecution", {}))


def _talk() -> tuple[str, Document]:
    """Hooks for everything that happens in a talk, then the queue."""
    hooks = {
        "AgentWhisper": "to agent",
        "CustomerWhisper": "to customer",
        "CustomerHold": "customer waits",
        "AgentHold": "agent waits",
        "CustomerRemaining": "afterwards",
    }
    names = list(hooks)
    following = [*names[1:], "choose"]
    steps = [
        action(name, "UpdateContactEventHooks", {"EventHooks": {name: hooks[name]}}, then, errors=_FAIL)
        for name, then in zip(names, following, strict=True)
    ]
    return _inbound(names[0], *steps, *_queue_actions())


def _remaining() -> tuple[str, Document]:
    return _inbound("say", _play("say", "remaining", "bye"))


def _third_party() -> tuple[str, Document]:
    """Calls extension 301, then says that it is back."""
    parameters = {
        "ThirdPartyPhoneNumber": "301",
        "ThirdPartyConnectionTimeLimitSeconds": "20",
        "ContinueFlowExecution": "True",
    }
    errors = {"CallFailed": "lost", "ConnectionTimeLimitExceeded": "lost", "NoMatchingError": "lost"}
    return _inbound(
        "call",
        action("call", "TransferParticipantToThirdParty", parameters, "returned", errors=errors),
        _play("returned", "back", "bye"),
        _play("lost", "closed", "bye"),
    )


def _input() -> tuple[str, Document]:
    """Asks for a telephone number and keeps it as an attribute."""
    validation = {"PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "US"}}
    asked = {
        "PromptId": "menu",
        "StoreInput": "True",
        "InputTimeLimitSeconds": "8",
        "InputValidation": validation,
        "DTMFConfiguration": {"InputTerminationSequence": "#", "DisableCancelKey": "False"},
    }
    kept = {"Attributes": {"callback": "$.StoredCustomerInput"}}
    return _inbound(
        "ask",
        action("ask", "GetParticipantInput", asked, "keep", errors={"InvalidPhoneNumber": "bad", **_FAIL}),
        action("keep", "UpdateContactAttributes", kept, "good", errors=_FAIL),
        _play("good", "number-good", "bye"),
        _play("bad", "number-bad", "ask"),
    )


def prompted() -> tuple[Document, dict[str, str]]:
    """A menu whose key 1 plays the prompt `greeting`, called by an ARN; and the map for it."""
    asked = {"PromptId": "menu", "StoreInput": "False", "InputTimeLimitSeconds": "20"}
    errors = {"InputTimeLimitExceeded": "ask", "NoMatchingCondition": "ask", "NoMatchingError": "bye"}
    _, document = _inbound(
        "ask",
        action("ask", "GetParticipantInput", asked, "ask", errors=errors, equals={"1": "play"}),
        _play("play", f"{INSTANCE}/prompt/p1", "bye"),
    )
    return {**document, "Metadata": {"name": "prompted"}}, {f"{INSTANCE}/prompt/p1": "greeting"}


def _versioned_menu() -> tuple[str, Document]:
    """1 leads into the flow `next`, whatever version of it is in force."""
    asked = {"PromptId": "menu", "StoreInput": "False", "InputTimeLimitSeconds": "20"}
    errors = {"InputTimeLimitExceeded": "ask", "NoMatchingCondition": "ask", "NoMatchingError": "bye"}
    return _inbound(
        "ask",
        action("ask", "GetParticipantInput", asked, "ask", errors=errors, equals={"1": "next"}),
        action("next", "TransferToFlow", {"ContactFlowId": "next"}, "bye", errors=_FAIL),
    )


def _version(version: int) -> tuple[str, Document]:
    return _inbound("say", _play("say", f"version-{version}", "bye"))
