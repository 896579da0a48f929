"""Actions that decide how the contact is handled from now on: recording and event hooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow.actions.contact import texts
from appliance.flow.commands import SetEventHook, SetRecording
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Result, Run, failed

HOOKS = (
    "AgentHold AgentWhisper CustomerHold CustomerQueue CustomerRemaining CustomerWhisper DefaultAgentUI "
    "DisconnectAgentUI PauseContact ResumeContact"
)


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


_ERROR = "NoMatchingError"
_RECORDING = (
    takes("RecordingBehavior", Kind.MAPPING),
    takes("RecordingBehavior.RecordedParticipants", Kind.LIST),
    takes("RecordingBehavior.IVRRecordingBehavior", Kind.ENUM, Dynamic.STATIC, values="Enabled Disabled"),
    takes("AnalyticsBehavior", Kind.MAPPING),
)

ROWS = (
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
)
