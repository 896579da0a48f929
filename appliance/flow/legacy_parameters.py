"""Parameters of the older export's blocks in the present spelling, one small function a type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appliance.flow.legacy_module import Module


def parameters(module: Module, kind: str) -> dict[str, Any]:
    """The Parameters of `module` as an action of type `kind`."""
    make = _MAKERS.get(kind)
    return _plain(module) if make is None else make(module)


def _plain(module: Module) -> dict[str, Any]:
    """A type without a counterpart keeps its parameters as they are."""
    found = {str(parameter.get("name")): module.value_of(parameter) for parameter in module.parameters}
    return {name: value for name, value in found.items() if value is not None}


def _present(**values: str | None) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _nothing(_module: Module) -> dict[str, Any]:
    return {}


def message(module: Module) -> dict[str, Any]:
    """Text, SSML or PromptId."""
    prompt = module.text("AudioPrompt")
    if prompt is not None:
        return {"PromptId": prompt}
    spoken = module.text("Text")
    if spoken is None:
        return {}
    return {"SSML" if module.text("TextToSpeechType") == "ssml" else "Text": spoken}


def _input(module: Module) -> dict[str, Any]:
    common = {**message(module), "InputTimeLimitSeconds": module.text("Timeout") or "5"}
    if module.type == "GetUserInput":
        return {**common, "StoreInput": "False"}
    found = {**common, "StoreInput": "True", "InputValidation": _validation(module)}
    keys = _present(
        InputTerminationSequence=module.text("TerminatorDigits"),
        DisableCancelKey=_boolean(module.text("DisableCancel")),
    )
    if keys:
        found["DTMFConfiguration"] = keys
    if _boolean(module.text("EncryptEntry")) == "True":
        found["InputEncryption"] = _present(
            EncryptionKeyId=module.text("EncryptionKeyId"), Key=module.text("EncryptionKey")
        )
    return found


def _validation(module: Module) -> dict[str, Any]:
    if (module.text("CustomerInputType") or "").lower().replace(" ", "") != "phonenumber":
        return {"CustomValidation": {"MaximumLength": module.text("MaxDigits") or "20"}}
    local = (module.text("PhoneNumberFormat") or "Local").lower().startswith("local")
    country = _present(CountryCode=module.text("CountryCode"))
    return {"PhoneNumberValidation": {"NumberFormat": "Local" if local else "E164", **(country if local else {})}}


def _boolean(text: str | None) -> str | None:
    return None if text is None else str(text.lower() == "true")


def _bot(module: Module) -> dict[str, Any]:
    alias = module.text("BotAliasArn")
    name, region, version = module.text("BotName"), module.text("BotRegion"), module.text("BotAlias")
    bot = {"LexV2Bot": {"AliasArn": alias}} if alias else {"LexBot": _present(Name=name, Region=region, Alias=version)}
    session = module.named("Parameter")
    return {**message(module), **bot, **({"LexSessionAttributes": session} if session else {})}


def _function(module: Module) -> dict[str, Any]:
    found: dict[str, Any] = {
        "LambdaFunctionARN": module.text("FunctionArn") or "",
        "InvocationTimeLimitSeconds": module.text("TimeLimit") or "3",
    }
    arguments = module.named("Parameter")
    return {**found, **({"LambdaInvocationAttributes": arguments} if arguments else {})}


def _compare(module: Module) -> dict[str, Any]:
    attribute, namespace = module.text("Attribute"), module.text("Namespace")
    if attribute is None or attribute.startswith("$."):
        return _present(ComparisonValue=attribute)
    return {"ComparisonValue": module.reference(namespace or "User Defined", attribute)}


def _attributes(module: Module) -> dict[str, Any]:
    found = module.named("Attribute")
    if not found and (key := module.text("key")) is not None:
        found = {key: module.text("value") or ""}
    return {"Attributes": found, "TargetContact": "Current"}


def _target(module: Module) -> dict[str, Any]:
    return _present(QueueId=module.text("Queue"), AgentId=module.text("Agent"))


def _flow(module: Module) -> dict[str, Any]:
    return {"ContactFlowId": module.text("ContactFlowId") or ""}


def _hook(module: Module) -> dict[str, Any]:
    return {"EventHooks": {module.text("Type") or "CustomerQueue": module.text("ContactFlowId") or ""}}


def _phone(module: Module) -> dict[str, Any]:
    blind = _boolean(module.text("BlindTransfer")) == "True"
    return {
        "ThirdPartyPhoneNumber": module.text("PhoneNumber") or "",
        "ThirdPartyConnectionTimeLimitSeconds": module.text("TimeLimit") or "30",
        "ContinueFlowExecution": "False" if blind else "True",
    }


def _logging(module: Module) -> dict[str, Any]:
    enabled = (module.text("LoggingBehavior") or "").lower().startswith("enable")
    return {"FlowLoggingBehavior": "Enabled" if enabled else "Disabled"}


def _voice(module: Module) -> dict[str, Any]:
    return _present(
        TextToSpeechVoice=module.text("GlobalVoice"),
        TextToSpeechEngine=module.text("GlobalEngine"),
        TextToSpeechStyle=module.text("SpeakingStyle"),
    )


def _recording(module: Module) -> dict[str, Any]:
    enabled = (module.text("RecordingBehaviorOption") or "").lower().startswith("enable")
    who = module.text("RecordingParticipantOption") or "Both"
    participants = ["Agent", "Customer"] if who.lower().startswith("both") else [who.removesuffix("Only").strip()]
    return {"RecordingBehavior": {"RecordedParticipants": participants if enabled else []}}


def _streaming(module: Module) -> dict[str, Any]:
    tracks = {"FromCustomer": "From", "ToCustomer": "To"}
    directions = [tracks[track] for track in module.texts("Track") if track in tracks]
    return {
        "MediaStreamingState": "Enabled" if module.type.startswith("Start") else "Disabled",
        "MediaStreamType": "Audio",
        "Participants": [{"ParticipantType": "Customer", "MediaDirections": directions}],
    }


def _metric(module: Module) -> dict[str, Any]:
    if module.type == "CheckStaffing":
        return {"MetricType": f"NumberOfAgents{module.text('Status') or 'Available'}", **_target(module)}
    by_age = any(str(branch.get("condition")) == "CheckQueueTime" for branch in module.branches)
    return {"MetricType": "OldestContactInQueueAgeSeconds" if by_age else "NumberOfContactsInQueue", **_target(module)}


def _hours(module: Module) -> dict[str, Any]:
    return _present(HoursOfOperationId=module.text("Hours"))


def _loop(module: Module) -> dict[str, Any]:
    return {"LoopCount": module.text("LoopCount") or "0"}


def _messages(module: Module) -> dict[str, Any]:
    said: list[dict[str, str]] = []
    for parameter in module.parameters:
        spoken = module.value_of(parameter) or ""
        if parameter.get("name") == "AudioPrompt":
            said.append({"PromptId": spoken})
        elif parameter.get("name") == "Text":
            said.append({"SSML" if str(parameter.get("key")).lower() == "ssml" else "Text": spoken})
    seconds = module.text("InterruptSeconds")
    return {"Messages": said, **_present(InterruptFrequencySeconds=seconds)}


def _wait(module: Module) -> dict[str, Any]:
    returns = _boolean(module.text("InterruptOnCustomerReturn")) == "True"
    return {
        "TimeLimitSeconds": module.text("TimeoutSeconds") or "0",
        **({"Events": ["CustomerReturned"]} if returns else {}),
    }


def _priority(module: Module) -> dict[str, Any]:
    return _present(QueuePriority=module.text("AbsolutePosition"), QueueTimeAdjustmentSeconds=module.text("TimeOffset"))


def _callback_number(module: Module) -> dict[str, Any]:
    return {"CallbackNumber": module.text("CallBackNumber") or ""}


def _callback(module: Module) -> dict[str, Any]:
    return {
        "InitialCallDelaySeconds": module.text("InitialDelaySeconds") or "0",
        "MaximumConnectionAttempts": module.text("MaxRetryAttempts") or "0",
        "RetryDelaySeconds": module.text("RetryDelaySeconds") or "600",
        **_target(module),
    }


def _data(module: Module) -> dict[str, Any]:
    return dict(module.named("ContactData"))


def _holding(module: Module) -> dict[str, Any]:
    return _present(PreviousContactParticipantState=module.text("HoldOption") or module.text("ParticipantState"))


_MAKERS: dict[str, Callable[[Module], dict[str, Any]]] = {
    "MessageParticipant": message,
    "UpdateContactAttributes": _attributes,
    "DisconnectParticipant": _nothing,
    "EndFlowExecution": _nothing,
    "TransferContactToQueue": _nothing,
    "TransferContactToAgent": _nothing,
    "DistributeByPercentage": _nothing,
    "InvokeLambdaFunction": _function,
    "Compare": _compare,
    "UpdateContactTargetQueue": _target,
    "GetMetricData": _target,
    "TransferToFlow": _flow,
    "TransferParticipantToThirdParty": _phone,
    "UpdateFlowLoggingBehavior": _logging,
    "GetParticipantInput": _input,
    "ConnectParticipantWithLexBot": _bot,
    "UpdateContactTextToSpeechVoice": _voice,
    "UpdateContactRecordingBehavior": _recording,
    "Loop": _loop,
    "UpdateContactEventHooks": _hook,
    "UpdateContactMediaStreamingBehavior": _streaming,
    "CheckMetricData": _metric,
    "UpdateContactData": _data,
    "MessageParticipantIteratively": _messages,
    "CheckHoursOfOperation": _hours,
    "Wait": _wait,
    "UpdateContactRoutingBehavior": _priority,
    "UpdateContactCallbackNumber": _callback_number,
    "CreateCallbackContact": _callback,
    "UpdatePreviousContactParticipantState": _holding,
}
