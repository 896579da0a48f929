"""The arguments of the local API's operations and their limits: checked before anything is touched.

`read_arguments` turns a request's `args` into one of these, or says what is wrong with them.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from appliance.dialplan import EMERGENCY
from appliance.errors import RequestError
from appliance.ids import Extension
from appliance.switchboard.requests.base import (
    FLOW_NAME,
    Arguments,
    Caller,
    Count,
    Digits,
    DispositionCode,
    FlowName,
    Foreign,
    Label,
    Limit,
    MaybeFlow,
    Name,
    Nothing,
    Password,
    PhoneNumber,
    Ring,
    Seconds,
    Target,
)
from appliance.switchboard.requests.cloud import OutboxAcknowledge, OutboxNote, OutboxResend, OutboxThin
from appliance.switchboard.requests.contacts import (
    ContactCommand,
    ContactDial,
    ContactDisposition,
    ContactList,
    ContactMonitor,
    ContactNamed,
    ContactNote,
    ContactPark,
    ContactTakeOver,
    RecordingList,
    RecordingPolicySet,
)
from appliance.switchboard.requests.flows import (
    BundleInstall,
    FlowInstall,
    FlowMap,
    FlowPartNamed,
    HoursInstall,
    HoursNamed,
)
from appliance.switchboard.requests.keeping import (
    ErasureCarryOut,
    HoldSet,
    RecordingDelivered,
    RecordingsAgain,
    RecordingSealed,
    UploadFailed,
)
from appliance.switchboard.requests.outbound import (
    CallbackAdd,
    CallbackList,
    CallbackNamed,
    CampaignAdd,
    CampaignImport,
    CampaignNamed,
    CampaignShow,
    DoNotCallChange,
    DoNotCallNumber,
    PreviewAnswer,
    SurveyRange,
)
from appliance.switchboard.requests.phones import (
    DirectoryAdd,
    DirectoryNumber,
    DirectorySearch,
    ExtensionAdd,
    ExtensionRemove,
    ExtensionSet,
    GroupAdd,
    GroupNamed,
    MailboxAdd,
    MailboxGreeting,
    MailboxNamed,
    MailboxPin,
    VoicemailList,
    VoicemailMark,
)
from appliance.switchboard.requests.queues import (
    QueueAdd,
    QueueNamed,
    QuickConnectAdd,
    QuickConnectList,
    QuickConnectNamed,
)
from appliance.switchboard.requests.staff import (
    AgentAdd,
    AgentExtend,
    AgentLogIn,
    AgentNamed,
    AgentPin,
    AgentProficiency,
    AgentStatus,
    AgentStatusAdd,
    AgentStatusNamed,
    DispositionAdd,
    DispositionNamed,
    ProfileAdd,
    ProfileNamed,
    ServedQueue,
)

__all__ = [
    "FLOW_NAME",
    "AgentAdd",
    "AgentExtend",
    "AgentLogIn",
    "AgentNamed",
    "AgentPin",
    "AgentProficiency",
    "AgentStatus",
    "AgentStatusAdd",
    "AgentStatusNamed",
    "Arguments",
    "BundleInstall",
    "CallbackAdd",
    "CallbackList",
    "CallbackNamed",
    "Caller",
    "CampaignAdd",
    "CampaignImport",
    "CampaignNamed",
    "CampaignShow",
    "ContactCommand",
    "ContactDial",
    "ContactDisposition",
    "ContactList",
    "ContactMonitor",
    "ContactNamed",
    "ContactNote",
    "ContactPark",
    "ContactTakeOver",
    "Count",
    "Digits",
    "DirectoryAdd",
    "DirectoryNumber",
    "DirectorySearch",
    "DispositionAdd",
    "DispositionCode",
    "DispositionNamed",
    "DoNotCallChange",
    "DoNotCallNumber",
    "ErasureCarryOut",
    "ExtensionAdd",
    "ExtensionRemove",
    "ExtensionSet",
    "FlowInstall",
    "FlowMap",
    "FlowName",
    "FlowPartNamed",
    "Foreign",
    "GroupAdd",
    "GroupNamed",
    "HoldSet",
    "HoursInstall",
    "HoursNamed",
    "Label",
    "Limit",
    "MailboxAdd",
    "MailboxGreeting",
    "MailboxNamed",
    "MailboxPin",
    "MaybeFlow",
    "Name",
    "Nothing",
    "OutboxAcknowledge",
    "OutboxNote",
    "OutboxResend",
    "OutboxThin",
    "Password",
    "PhoneNumber",
    "PreviewAnswer",
    "ProfileAdd",
    "ProfileNamed",
    "QueueAdd",
    "QueueNamed",
    "QuickConnectAdd",
    "QuickConnectList",
    "QuickConnectNamed",
    "Read",
    "RecordingDelivered",
    "RecordingList",
    "RecordingPolicySet",
    "RecordingSealed",
    "RecordingsAgain",
    "Ring",
    "Seconds",
    "ServedQueue",
    "SurveyRange",
    "Target",
    "UploadFailed",
    "VoicemailList",
    "VoicemailMark",
    "dialable_extension",
    "read_arguments",
]

Read = TypeVar("Read", bound=Arguments)


def read_arguments(kind: type[Read], args: dict[str, Any]) -> Read:
    """`args` as `kind`. Raises RequestError (`invalid`) that names the argument and its limits."""
    try:
        return msgspec.convert(args, type=kind)
    except msgspec.ValidationError as error:
        known = ", ".join(kind.__struct_fields__) or "none"
        raise RequestError(f"arguments can't be used: {error}; this operation takes: {known}") from None


def dialable_extension(digits: str) -> Extension:
    """Raises RequestError (`reserved`) for an emergency number."""
    if digits in EMERGENCY:
        raise RequestError(f"extension {digits} is reserved for emergency calls; choose another", kind="reserved")
    return Extension(digits)
