"""Calls the flow asks for: call-backs, third parties, the customer of an outbound contact; and the party on hold."""

from __future__ import annotations

from appliance.flow.actions.queues import Asked, Target, target_of
from appliance.flow.commands import CompleteOutboundCall, CreateCallback, DialThirdParty, SetPreviousParticipant
from appliance.flow.conditions import number
from appliance.flow.events import FlowEvent, RequestDone, RequestFailed, ThirdPartyEnded, TimerExpired
from appliance.flow.model import Action
from appliance.flow.row import Dynamic, Kind, row, takes
from appliance.flow.run import DONE, Ended, Result, Run, Waits, failed
from appliance.flow.state import Pending, WaitingFor

REQUEST_S = 10.0
RING_S = 30.0


def _set_callback(run: Run, action: Action) -> Result:
    """Two kinds of wrong number: no number at all, and one that can't be dialled from here."""
    from appliance.flow.phone import may_be_called_back, possible_number

    given = run.text(action.parameter("CallbackNumber")).strip()
    found = possible_number(given, run.facts.region, run.library.plan)
    if found is None:
        return failed("InvalidCallbackNumber")
    if not may_be_called_back(found, run.facts.region, run.library.plan):
        return failed("CallbackNumberNotDialable")
    run.learn(callback_number=found)
    return DONE


def _create_callback(run: Run, action: Action) -> Result:
    named = action.parameter("QueueId") is not None or action.parameter("AgentId") is not None
    facts = run.facts
    target = target_of(run, action) if named else Target(queue=facts.queue, agent=facts.target_agent)
    number_to_call = facts.callback_number or facts.customer_endpoint
    if target is None or (target.queue is None and target.agent is None) or not number_to_call:
        return failed(detail="a call-back needs a number and a queue")
    run.say(
        CreateCallback(
            number=number_to_call,
            queue=target.queue,
            agent=target.agent,
            initial_delay_s=_count(run, action, "InitialCallDelaySeconds", 0),
            max_attempts=max(1, _count(run, action, "MaximumConnectionAttempts", 1) + 1),
            retry_delay_s=_count(run, action, "RetryDelaySeconds", 600),
            flow=run.text(action.parameter("ContactFlowId")) or None,
            caller_id=run.text(action.parameter("CallerId", "Number")) or run.text(action.parameter("CallerId")),
        )
    )
    return Waits(WaitingFor.REQUEST, Asked(), run.now + REQUEST_S)


def _count(run: Run, action: Action, name: str, otherwise: int) -> int:
    found = number(run.text(action.parameter(name)))
    return int(found) if found is not None and 0 <= found <= 259200 else otherwise


def _requested(_run: Run, _action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    if isinstance(event, RequestDone):
        return DONE
    if isinstance(event, RequestFailed):
        return failed(event.error)
    return failed(detail="no answer in time") if isinstance(event, TimerExpired) else None


def _dial(run: Run, action: Action) -> Result:
    third_party = run.text(action.parameter("ThirdPartyPhoneNumber")).strip()
    if not third_party:
        return failed(detail="ThirdPartyPhoneNumber is empty")
    limit_s = number(run.text(action.parameter("ThirdPartyConnectionTimeLimitSeconds"))) or RING_S
    resume = run.text(action.parameter("ContinueFlowExecution")).lower() != "false"
    run.say(
        DialThirdParty(
            number=third_party,
            time_limit_s=limit_s,
            resume=resume,
            digits=run.text(action.parameter("ThirdPartyDTMFDigits")),
            caller_id_number=run.text(action.parameter("CallerId", "Number")),
            caller_id_name=run.text(action.parameter("CallerId", "Name")),
        )
    )
    return Waits(WaitingFor.THIRD_PARTY, Asked()) if resume else Ended("TRANSFERED_TO_PHONE_NUMBER")


def _dialled(_run: Run, _action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    if not isinstance(event, ThirdPartyEnded):
        return None
    return DONE if event.outcome == "Completed" else failed(event.outcome)


def _complete_outbound(run: Run, action: Action) -> Result:
    limit_s = number(run.text(action.parameter("ConnectionTimeLimitSeconds"))) or 60.0
    caller_id = run.text(action.parameter("CallerId", "Number"))
    run.say(CompleteOutboundCall(caller_id_number=caller_id, time_limit_s=limit_s))
    return Waits(WaitingFor.REQUEST, Asked(), run.now + limit_s + REQUEST_S)


def _set_previous(run: Run, action: Action) -> Result:
    state = run.text(action.parameter("PreviousContactParticipantState"))
    if state not in ("AgentOnHold", "CustomerOnHold", "OffHold"):
        return failed(detail=f"{state!r} is no state of a participant")
    run.say(SetPreviousParticipant(state=state))
    return DONE


_ERROR = "NoMatchingError"
_TARGET = (takes("QueueId"), takes("AgentId"))

# The reference names the parameter and says nothing of how such a flow runs. A callback here exists in the switchboard
# alone, promised by one event; no process has it before an agent is offered, so there is nobody to run a flow.
_NO_CREATION_FLOW = "is not run: the callback waits in its queue at once; set attributes and queue before this action"
ROWS = (
    row(
        "UpdateContactCallbackNumber",
        _set_callback,
        where="I Q TA TQ M",
        errors="InvalidCallbackNumber CallbackNumberNotDialable",
        parameters=(takes("CallbackNumber", required=True),),
    ),
    row(
        "CreateCallbackContact",
        _create_callback,
        _requested,
        where="I Q TA TQ M",
        errors=_ERROR,
        parameters=(
            *_TARGET,
            takes("InitialCallDelaySeconds", Kind.NUMBER, low=0, high=259200),
            takes("MaximumConnectionAttempts", Kind.NUMBER, low=0),
            takes("RetryDelaySeconds", Kind.NUMBER, low=1, high=259200),
            takes("ContactFlowId", unheeded=_NO_CREATION_FLOW),
            takes("CallbackMode"),
        ),
    ),
    row(
        "TransferParticipantToThirdParty",
        _dial,
        _dialled,
        where="I Q TA TQ M",
        errors="NoMatchingError CallFailed ConnectionTimeLimitExceeded",
        parameters=(
            takes("ThirdPartyPhoneNumber", required=True),
            takes("ThirdPartyConnectionTimeLimitSeconds", Kind.NUMBER, low=1, high=600),
            takes("ContinueFlowExecution", Kind.BOOLEAN, Dynamic.STATIC),
            takes("ThirdPartyDTMFDigits"),
            takes("CallerId", Kind.MAPPING),
            takes("CallerId.Number"),
            takes("CallerId.Name"),
        ),
    ),
    row(
        "CompleteOutboundCall",
        _complete_outbound,
        _requested,
        where="C I OW",
        soft=True,
        parameters=(
            takes("CallerId", Kind.MAPPING),
            takes("CallerId.Number"),
            takes("ConnectionTimeLimitSeconds", Kind.NUMBER, low=1, high=600),
        ),
    ),
    row(
        "UpdatePreviousContactParticipantState",
        _set_previous,
        where="I TA TQ",
        errors=_ERROR,
        parameters=(
            takes(
                "PreviousContactParticipantState",
                Kind.ENUM,
                required=True,
                values="AgentOnHold CustomerOnHold OffHold",
            ),
        ),
    ),
)
