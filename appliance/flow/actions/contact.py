"""Actions that change the contact: attributes, data, tags, voice, recording, hooks, routing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow.commands import SetAttributes, SetContactData, SetEventHook, SetRecording, SetRoutingCriteria
from appliance.flow.conditions import number
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Result, Run, failed
from appliance.flow.voices import voice_language

MOST_BYTES = 32 * 1024  # attributes of a contact, flow attributes of a flow (reference section 2)
MOST_TAGS = 6
DATA_FIELDS = ("Name", "Description", "LanguageCode", "CustomerId")
PASSED_OVER = (
    "WisdomSessionArn",
    "TargetContact",
    "IsVoiceIdStreamingEnabled",
    "IsFraudDetectionEnabled",
    "IsVoiceAuthenticationEnabled",
    "VoiceAuthenticationThreshold",
    "VoiceAuthenticationResponseTime",
    "FraudDetectionThreshold",
    "WatchlistId",
)
HOOKS = (
    "AgentHold AgentWhisper CustomerHold CustomerQueue CustomerRemaining CustomerWhisper DefaultAgentUI "
    "DisconnectAgentUI PauseContact ResumeContact"
)


def size(attributes: Mapping[str, str]) -> int:
    """Bytes of keys and values together, in UTF-8."""
    return sum(
        len(key.encode(errors="replace")) + len(text.encode(errors="replace")) for key, text in attributes.items()
    )


def texts(run: Run, source: Any) -> dict[str, str] | None:
    """A parameter of named texts, references resolved; None where it is no mapping."""
    if not isinstance(source, Mapping):
        return None
    return {str(key): run.text(value) for key, value in source.items()}


def _set_attributes(run: Run, action: Action) -> Result:
    """All or nothing, as the reference says."""
    changed = texts(run, action.parameter("Attributes"))
    if changed is None:
        return failed(detail="Attributes is missing")
    target = run.text(action.parameter("TargetContact")) or "Current"
    merged = {**run.facts.attributes, **changed}
    if size(merged) > MOST_BYTES:
        return failed(detail=f"the attributes would exceed {MOST_BYTES} bytes")
    if target == "Current":
        run.learn(attributes=merged)
    run.say(SetAttributes(attributes=changed, target=target))
    return DONE


def _set_data(run: Run, action: Action) -> Result:
    """Voice ID and Wisdom fields belong to cloud services and are passed over."""
    fields: dict[str, Any] = {
        key: run.text(action.parameter(key)) for key in DATA_FIELDS if action.parameter(key) is not None
    }
    references = action.parameter("References")
    if isinstance(references, Mapping):
        fields["References"] = {str(key): _reference(run, value) for key, value in references.items()}
    if not fields:
        return DONE
    run.learn(
        name=fields.get("Name", run.facts.name),
        description=fields.get("Description", run.facts.description),
        language=fields.get("LanguageCode") or run.facts.language,
        customer_id=fields.get("CustomerId", run.facts.customer_id),
        references={**run.facts.references, **fields.get("References", {})},
    )
    run.say(SetContactData(fields=fields))
    return DONE


def _reference(run: Run, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): run.text(part) for key, part in value.items()}
    return {"Value": run.text(value), "Type": "URL"}


def _tag(run: Run, action: Action) -> Result:
    added = texts(run, action.parameter("Tags"))
    if not added:
        return failed(detail="Tags is missing")
    tags = {**run.facts.tags, **added}
    if len(tags) > MOST_TAGS:
        return failed(detail=f"a contact has at most {MOST_TAGS} tags")
    run.learn(tags=tags)
    run.say(SetContactData(fields={"Tags": tags}))
    return DONE


def _untag(run: Run, action: Action) -> Result:
    keys = action.parameter("TagKeys")
    if not isinstance(keys, list) or not keys:
        return failed(detail="TagKeys is missing")
    gone = {run.text(key) for key in keys}
    tags = {key: text for key, text in run.facts.tags.items() if key not in gone}
    run.learn(tags=tags)
    run.say(SetContactData(fields={"Tags": tags}))
    return DONE


def _set_voice(run: Run, action: Action) -> Result:
    """An unknown name is an error; what the local engine makes of a known one is its own affair."""
    voice = run.text(action.parameter("TextToSpeechVoice")).strip().capitalize()
    if voice_language(voice) is None:
        return failed(detail=f"voice {voice!r} is unknown")
    run.learn(voice=voice)
    return DONE


def _set_recording(run: Run, action: Action) -> Result:
    return _record(run, action.parameter("RecordingBehavior"))


def _record(run: Run, behavior: Any) -> Result:
    if not isinstance(behavior, Mapping):
        return DONE
    listed = behavior.get("RecordedParticipants")
    participants = {run.text(name) for name in listed} if isinstance(listed, list) else set()
    ivr = run.text(behavior.get("IVRRecordingBehavior")).lower() == "enabled"
    run.say(SetRecording(participants=frozenset(participants & {"Agent", "Customer"}), ivr=ivr))
    return DONE


def _set_recording_and_analytics(run: Run, action: Action) -> Result:
    voice = action.parameter("VoiceBehavior")
    if isinstance(voice, Mapping):
        return _record(run, voice.get("VoiceRecordingBehavior"))
    if isinstance(action.parameter("ScreenRecordingBehavior"), Mapping):
        return DONE
    return failed("ChannelMismatch")


def _set_hooks(run: Run, action: Action) -> Result:
    """Hooks name flows; a reference the library does not know is an error, because the hook could never run."""
    wanted = texts(run, action.parameter("EventHooks")) or {}
    for hook, reference in wanted.items():
        if reference and run.library.flow(reference) is None and hook not in ("DefaultAgentUI", "DisconnectAgentUI"):
            return failed(detail=f"flow {reference!r} of hook {hook} is not on this box")
    hooks: dict[str, str | None] = {hook: reference or None for hook, reference in wanted.items()}
    switches = action.parameter("EventHooksConfiguration")
    for hook, switch in switches.items() if isinstance(switches, Mapping) else ():
        if isinstance(switch, Mapping) and run.text(switch.get("DisableExecution")).lower() == "true":
            hooks[str(hook)] = None
    run.learn(hooks={**run.facts.hooks, **hooks})
    for hook, flow in hooks.items():
        run.say(SetEventHook(hook=hook, flow=flow))
    return DONE


def _set_routing(run: Run, action: Action) -> Result:
    priority = number(run.text(action.parameter("QueuePriority")))
    adjustment_s = number(run.text(action.parameter("QueueTimeAdjustmentSeconds")))
    if priority is not None and priority >= 1:
        run.learn(priority=min(int(priority), 9999))
    if adjustment_s is not None:
        run.learn(time_adjustment_s=int(max(-604800, min(604800, adjustment_s))))
    return DONE


def _set_criteria(run: Run, action: Action) -> Result:
    criteria = action.parameter("RoutingCriteria")
    if not isinstance(criteria, Mapping):
        return failed(detail="RoutingCriteria is missing")
    run.say(SetRoutingCriteria(criteria=_resolved(run, criteria)))
    return DONE


def _resolved(run: Run, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _resolved(run, part) for key, part in value.items()}
    if isinstance(value, list):
        return [_resolved(run, part) for part in value]
    return run.text(value) if isinstance(value, str) else value


_ERROR = "NoMatchingError"
_RECORDING = (
    takes("RecordingBehavior", Kind.MAPPING),
    takes("RecordingBehavior.RecordedParticipants", Kind.LIST),
    takes("RecordingBehavior.IVRRecordingBehavior", Kind.ENUM, Dynamic.STATIC, values="Enabled Disabled"),
    takes("AnalyticsBehavior", Kind.MAPPING),
)
_CRITERIA = (takes("RoutingCriteria", Kind.MAPPING, required=True),)

ROWS = (
    row(
        "UpdateContactAttributes",
        _set_attributes,
        errors=_ERROR,
        parameters=(
            takes("Attributes", Kind.MAPPING, required=True),
            takes("TargetContact", Kind.ENUM, values="Current Related"),
        ),
    ),
    row(
        "UpdateContactData",
        _set_data,
        errors=_ERROR,
        parameters=(
            *(takes(key, dynamic=Dynamic.MIXED) for key in DATA_FIELDS),
            takes("References", Kind.MAPPING),
            *(takes(key) for key in PASSED_OVER),
        ),
    ),
    row("TagContact", _tag, errors=_ERROR, parameters=(takes("Tags", Kind.MAPPING, required=True),)),
    row("UntagContact", _untag, errors=_ERROR, parameters=(takes("TagKeys", Kind.LIST, required=True),)),
    row(
        "UpdateContactTextToSpeechVoice",
        _set_voice,
        errors=_ERROR,
        soft=True,
        parameters=(
            takes("TextToSpeechVoice", required=True),
            takes("TextToSpeechEngine", Kind.ENUM, values="Standard Neural Generative Long-form"),
            takes("TextToSpeechStyle", Kind.ENUM, values="None Conversational Newscaster"),
        ),
    ),
    row(
        "UpdateContactRecordingBehavior",
        _set_recording,
        where="I TA TQ OW Q M",
        parameters=_RECORDING,
        soft=True,
    ),
    row(
        "UpdateContactRecordingAndAnalyticsBehavior",
        _set_recording_and_analytics,
        errors="NoMatchingError! ChannelMismatch! InFlightRedactionConfigurationFailed",
        exactly_one=(("VoiceBehavior", "ChatBehavior", "ScreenRecordingBehavior"),),
        parameters=tuple(takes(name, Kind.MAPPING) for name in ("VoiceBehavior", "ChatBehavior")),
    ),
    row(
        "UpdateContactEventHooks",
        _set_hooks,
        errors=_ERROR,
        parameters=(
            takes("EventHooks", Kind.MAPPING),
            *(takes(f"EventHooks.{hook}") for hook in HOOKS.split()),
            takes("EventHooksConfiguration", Kind.MAPPING),
        ),
    ),
    row(
        "UpdateContactRoutingBehavior",
        _set_routing,
        where="I Q TA TQ",
        soft=True,
        parameters=(
            takes("QueuePriority", Kind.NUMBER, low=1),
            takes("QueueTimeAdjustmentSeconds", Kind.NUMBER),
        ),
        exactly_one=(("QueuePriority", "QueueTimeAdjustmentSeconds"),),
    ),
    row("UpdateContactRoutingCriteria", _set_criteria, where="I Q TA TQ", errors=_ERROR, parameters=_CRITERIA),
    row("UpdateRoutingCriteria", _set_criteria, where="I Q TA TQ", errors=_ERROR, parameters=_CRITERIA),
)
