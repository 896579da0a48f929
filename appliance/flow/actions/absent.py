"""Actions a branch can't do: cloud services (class C) and other channels (class D). They take their error branch at
once; the trace says what was lacking, so that it can be counted. Streaming belongs here where nobody takes it."""

from __future__ import annotations

from appliance.flow.model import Action
from appliance.flow.row import Kind, row, takes
from appliance.flow.run import DONE, Left, Result, Run, failed


def _cloud(_run: Run, _action: Action) -> Result:
    return failed(detail="this needs a cloud service")


def _channel(_run: Run, _action: Action) -> Result:
    return failed(detail="this is not for voice")


def _stream(run: Run, action: Action) -> Result:
    """Success without a listener would let a voicemail flow record into nothing, so it takes the error branch."""
    enabled = run.text(action.parameter("MediaStreamingState")).lower() == "enabled"
    if enabled and not run.library.media_streaming:
        return Left("NoMatchingError", None, True, False, "nobody takes the audio stream", "substitute")
    return DONE


_ERROR = "NoMatchingError"
_CASE = "NoMatchingError ContactNotLinked MultipleFound NoneFound"
_PROFILE = "NoMatchingError MultipleFoundError NoneFoundError"
_PROFILE_PARAMETERS = (takes("ProfileRequestData", Kind.MAPPING), takes("ProfileResponseData", Kind.LIST))

ROWS = (
    row(
        "UpdateContactMediaStreamingBehavior",
        _stream,
        where="I Q TA TQ CW AW OW M",
        errors=_ERROR,
        soft=True,
        parameters=(
            takes("MediaStreamingState", Kind.ENUM, required=True, values="Enabled Disabled"),
            takes("MediaStreamType", Kind.ENUM, values="Audio"),
            takes("Participants", Kind.LIST),
        ),
    ),
    row(
        "CheckOutboundCallStatus",
        _cloud,
        offline="C",
        errors=_ERROR,
        operands=frozenset({"CallAnswered", "VoicemailBeep", "VoicemailNoBeep", "NotDetected"}),
        branching=True,
    ),
    row("CheckVoiceId", _cloud, offline="C", errors=_ERROR, branching=True),
    row("StartVoiceIdStream", _cloud, offline="C", errors=_ERROR),
    row("CreateTask", _cloud, offline="C", errors=_ERROR),
    row("CreateWisdomSession", _cloud, offline="C", errors=_ERROR),
    row("CreateCase", _cloud, offline="C", errors=_CASE),
    row("GetCase", _cloud, offline="C", errors=_CASE),
    row("UpdateCase", _cloud, offline="C", errors=_CASE),
    *(
        row(name, _cloud, offline="C", errors=_PROFILE, parameters=_PROFILE_PARAMETERS)
        for name in (
            "GetCustomerProfile",
            "CreateCustomerProfile",
            "UpdateCustomerProfile",
            "AssociateContactToCustomerProfile",
            "GetCustomerProfileObject",
            "GetCalculatedAttributesForCustomerProfile",
        )
    ),
    row("RouteContactToAgent", _cloud, offline="C", errors=_ERROR),
    row("LoadContactContent", _cloud, offline="C", errors=_ERROR),
    row("CheckSegmentMembership", _cloud, offline="C", errors=_ERROR, branching=True),
    row("AuthenticateParticipant", _channel, offline="D", errors=_ERROR, branching=True),
    row(
        "ShowView",
        _channel,
        offline="D",
        where="I Q",
        errors="NoMatchingError! NoMatchingCondition! TimeLimitExceeded!",
        branching=True,
    ),
    row("Wait", _channel, offline="D", errors="NoMatchingError ParticipantNotFound", branching=True),
    row("ResumeContact", _channel, offline="D", errors=_ERROR),
    row("UpdateContactMediaProcessing", _channel, offline="D", errors="NoMatchingError ChannelMismatch"),
    row("StartOutboundChatContact", _channel, offline="D", errors=_ERROR),
)
