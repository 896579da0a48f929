"""The vocabulary of the older console export: its types, branch names and attribute names, and what they are now.

Data only; `legacy` uses it. Source: reference/frequency.md section 4.
"""

from __future__ import annotations

NEW_TYPE = {
    "PlayPrompt": "MessageParticipant",
    "PlayAudio": "MessageParticipant",
    "SetAttributes": "UpdateContactAttributes",
    "SetScreenPop": "UpdateContactAttributes",
    "Disconnect": "DisconnectParticipant",
    "InvokeExternalResource": "InvokeLambdaFunction",
    "CheckAttribute": "Compare",
    "SetQueue": "UpdateContactTargetQueue",
    "Transfer/Queue": "TransferContactToQueue",
    "CustomerInQueue": "TransferContactToQueue",
    "Transfer/Flow": "TransferToFlow",
    "TransferToFlow": "TransferToFlow",
    "Transfer/PhoneNumber": "TransferParticipantToThirdParty",
    "Transfer/Agent": "TransferContactToAgent",
    "SetLoggingBehavior": "UpdateFlowLoggingBehavior",
    "GetUserInput": "GetParticipantInput",
    "GetUserInput/Lex": "ConnectParticipantWithLexBot",
    "StoreUserInput": "GetParticipantInput",
    "StoreCustomerInput": "GetParticipantInput",
    "SetVoice": "UpdateContactTextToSpeechVoice",
    "Resume": "EndFlowExecution",
    "EndFlowExecution": "EndFlowExecution",
    "SetRecordingBehavior": "UpdateContactRecordingBehavior",
    "Loop": "Loop",
    "SetEventHook": "UpdateContactEventHooks",
    "SetContactFlow": "UpdateContactEventHooks",
    "StartMediaStreaming": "UpdateContactMediaStreamingBehavior",
    "StopMediaStreaming": "UpdateContactMediaStreamingBehavior",
    "CheckStaffing": "CheckMetricData",
    "CheckQueueStatus": "CheckMetricData",
    "GetMetricData": "GetMetricData",
    "SetContactData": "UpdateContactData",
    "LoopPrompts": "MessageParticipantIteratively",
    "CheckHoursOfOperation": "CheckHoursOfOperation",
    "Wait": "Wait",
    "UpdateRoutingPriority": "UpdateContactRoutingBehavior",
    "SetCallBackNumber": "UpdateContactCallbackNumber",
    "CreateCallback": "CreateCallbackContact",
    "PercentileBranching": "DistributeByPercentage",
    "HoldParticipant": "UpdatePreviousContactParticipantState",
}

# Error names of branches. Success, Evaluate, True, False, Looping, Complete are no errors.
ERRORS = {
    "Error": "NoMatchingError",
    "NoMatch": "NoMatchingCondition",
    "Timeout": "InputTimeLimitExceeded",
    "AtCapacity": "QueueAtCapacity",
    "InvalidNumber": "InvalidPhoneNumber",
    "InvalidPhoneNumber": "InvalidCallbackNumber",
    "NonDialableNumber": "CallbackNumberNotDialable",
    "CallFailure": "CallFailed",
}
ERRORS_OF_TYPE = {("TransferParticipantToThirdParty", "Timeout"): "ConnectionTimeLimitExceeded"}

# Branches that are conditions now: (new type, branch name) → operator and operand.
CONDITIONS = {
    ("CheckHoursOfOperation", "True"): ("Equals", "True"),
    ("CheckHoursOfOperation", "False"): ("Equals", "False"),
    ("CheckMetricData", "True"): ("NumberGreaterThan", "0"),
    ("Loop", "Looping"): ("Equals", "ContinueLooping"),
    ("Loop", "Complete"): ("Equals", "DoneLooping"),
    ("MessageParticipantIteratively", "Timeout"): ("Equals", "MessagesInterrupted"),
    ("Wait", "Timeout"): ("Equals", "WaitCompleted"),
    ("Wait", "CustomerReturn"): ("Equals", "CustomerReturned"),
}
CONDITION_NAMES = frozenset({"Evaluate", "CheckQueueTime", "CheckQueueCapacity"})
FALSE_IS_NO_MATCH = "CheckMetricData"

OPERATORS = {
    "Equals": "Equals",
    "StartsWith": "TextStartsWith",
    "EndsWith": "TextEndsWith",
    "Contains": "TextContains",
    "GreaterThan": "NumberGreaterThan",
    "GreaterThanOrEqualTo": "NumberGreaterOrEqualTo",
    "GreaterOrEqualTo": "NumberGreaterOrEqualTo",
    "LessThan": "NumberLessThan",
    "LessThanOrEqualTo": "NumberLessOrEqualTo",
    "LessOrEqualTo": "NumberLessOrEqualTo",
}

NAMESPACES = {
    "User Defined": "$.Attributes.",
    "External": "$.External.",
    "Lex.Slots": "$.Lex.Slots.",
    "Lex.SessionAttributes": "$.Lex.SessionAttributes.",
    "Lex": "$.Lex.",
    "Flow": "$.FlowAttributes.",
    "Agent": "$.Agent.",
    "Queue Metrics": "$.Metrics.",
    "Customer": "$.Customer.",
    "Case": "$.Case.",
    "Media Streams": "$.MediaStreams.",
}
SYSTEM = {
    "Stored customer input": "$.StoredCustomerInput",
    "Customer Number": "$.CustomerEndpoint.Address",
    "Customer Endpoint Type": "$.CustomerEndpoint.Type",
    "Customer callback number": "$.CallbackNumber",
    "Dialed Number": "$.SystemEndpoint.Address",
    "System Endpoint Type": "$.SystemEndpoint.Type",
    "Channel": "$.Channel",
    "Queue Name": "$.Queue.Name",
    "Queue ARN": "$.Queue.ARN",
    "Contact id": "$.ContactId",
    "Contact ID": "$.ContactId",
    "Initial contact id": "$.InitialContactId",
    "Previous contact id": "$.PreviousContactId",
    "Initiation method": "$.InitiationMethod",
    "Instance ARN": "$.InstanceARN",
    "Language": "$.LanguageCode",
    "Text to speech voice": "$.TextToSpeechVoiceId",
    "AWS Region": "$.AwsRegion",
    "Agent User name": "$.Agent.UserName",
    "Agent First name": "$.Agent.FirstName",
    "Agent Last name": "$.Agent.LastName",
    "Agent ARN": "$.Agent.ARN",
    "Customer ID": "$.CustomerId",
    "Intent": "$.Lex.IntentName",
}
