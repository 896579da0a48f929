"""The documented flow log: one JSON object a step, with the names the older editor gave to blocks (reference,
section 5). Values of references are not in it, so no key a caller pressed is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from appliance.flow.commands import Trace

_BLOCKS = {
    "MessageParticipant": "PlayPrompt",
    "GetParticipantInput": "GetUserInput",
    "MessageParticipantIteratively": "LoopPrompts",
    "ConnectParticipantWithLexBot": "GetUserInput",
    "DisconnectParticipant": "Disconnect",
    "Compare": "CheckAttribute",
    "CheckHoursOfOperation": "CheckHoursOfOperation",
    "GetMetricData": "GetMetricData",
    "DistributeByPercentage": "PercentileBranching",
    "TransferToFlow": "TransferToFlow",
    "EndFlowExecution": "Resume",
    "UpdateFlowLoggingBehavior": "SetLoggingBehavior",
    "UpdateContactAttributes": "SetAttributes",
    "UpdateContactTargetQueue": "SetQueue",
    "TransferContactToQueue": "Transfer",
    "TransferContactToAgent": "Transfer",
    "DequeueContactAndTransferToQueue": "Transfer",
    "TransferParticipantToThirdParty": "Transfer",
    "UpdateContactEventHooks": "SetContactFlow",
    "UpdateContactRecordingBehavior": "SetRecordingBehavior",
    "UpdateContactTextToSpeechVoice": "SetVoice",
    "UpdateContactData": "SetContactData",
    "UpdateContactRoutingBehavior": "UpdateRoutingPriority",
    "UpdateContactCallbackNumber": "SetCallBackNumber",
    "CreateCallbackContact": "CreateCallback",
    "InvokeLambdaFunction": "InvokeExternalResource",
}


def block_name(action_type: str, parameters: dict[str, Any]) -> str:
    """What the log calls an action: the older block name, or the type itself where the older editor had none."""
    if action_type == "GetParticipantInput" and str(parameters.get("StoreInput")).lower() == "true":
        return "StoreUserInput"
    if action_type == "CheckMetricData":
        agents = str(parameters.get("MetricType")).startswith("NumberOfAgents")
        return "CheckStaffing" if agents else "CheckQueueStatus"
    if action_type == "UpdateContactMediaStreamingBehavior":
        return "StartMediaStreaming" if parameters.get("MediaStreamingState") == "Enabled" else "StopMediaStreaming"
    return _BLOCKS.get(action_type, action_type)


def log_entry(trace: Trace, *, contact_id: str, wall_s: float) -> dict[str, Any]:
    """The log's object for one step; wall_s: Unix time the step was left at."""
    at = datetime.fromtimestamp(wall_s, UTC)
    entry: dict[str, Any] = {
        "ContactId": contact_id,
        "ContactFlowId": trace.flow,
        "ContactFlowName": trace.flow,
        "ContactFlowModuleType": block_name(trace.action_type, trace.parameters),
        "Identifier": trace.action,
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z",
        "Parameters": trace.parameters,
        "Results": trace.result,
    }
    return {**entry, "Lacking": trace.lacking} if trace.lacking else entry
