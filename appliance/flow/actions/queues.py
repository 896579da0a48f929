"""Queues and ends: the target queue, entering it, leaving for another, the transfer to an agent, hanging up."""

from __future__ import annotations

from appliance.flow.commands import Disconnect, EnterQueue, TransferToAgent
from appliance.flow.events import FlowEvent, QueueEntered, QueueFailed
from appliance.flow.model import Action
from appliance.flow.row import row, takes
from appliance.flow.run import DONE, Ended, Result, Run, Waits, failed
from appliance.flow.state import Pending, WaitingFor
from appliance.ids import AgentId, QueueId

LONGEST_CHAIN = 12  # contacts in a chain of queue transfers (reference section 4)


class Asked(Pending, frozen=True, kw_only=True):
    """The world was asked and will answer."""


class Target(Pending, frozen=True, kw_only=True):
    """Where a contact is to be queued: a queue or one agent."""

    queue: QueueId | None = None
    agent: AgentId | None = None
    name: str = ""
    arn: str = ""
    caller_id: str = ""


def target_of(run: Run, action: Action) -> Target | None:
    """The queue or agent that QueueId or AgentId name; None where the box has no such thing."""
    if action.parameter("QueueId") is not None:
        reference = run.text(action.parameter("QueueId"))
        queue = run.library.queue(reference) if reference else None
        if queue is None:
            return None
        return Target(queue=queue.queue, name=queue.queue, arn=queue.arn, caller_id=queue.caller_id)
    reference = run.text(action.parameter("AgentId"))
    agent = run.library.agent(reference) if reference else None
    return None if agent is None else Target(agent=agent)


def _missing(action: Action) -> str:
    given = action.parameter("QueueId") if action.parameter("QueueId") is not None else action.parameter("AgentId")
    return f"{given!r} is no queue or agent of this box"


def _set_queue(run: Run, action: Action) -> Result:
    target = target_of(run, action)
    if target is None:
        return failed(detail=_missing(action))
    run.learn(
        queue=target.queue,
        target_agent=target.agent,
        queue_name=target.name,
        queue_arn=target.arn,
        queue_caller_id=target.caller_id,
    )
    return DONE


def _enter(run: Run, _action: Action) -> Result:
    facts = run.facts
    if facts.queue is None and facts.target_agent is None:
        return failed(detail="no queue was set; put UpdateContactTargetQueue before")
    run.say(
        EnterQueue(
            queue=facts.queue,
            agent=facts.target_agent,
            priority=facts.priority,
            time_adjustment_s=facts.time_adjustment_s,
            criteria=facts.criteria,
        )
    )
    return Waits(WaitingFor.QUEUE, Asked())


def _entered(_run: Run, _action: Action, _pending: Pending, event: FlowEvent) -> Result | None:
    if isinstance(event, QueueEntered):
        return Ended("TRANSFERED_TO_QUEUE")
    if isinstance(event, QueueFailed):
        return failed(event.error)
    return None


def _dequeue(run: Run, action: Action) -> Result:
    if run.facts.chain_length >= LONGEST_CHAIN:
        return failed(detail=f"a chain has at most {LONGEST_CHAIN} contacts")
    target = target_of(run, action)
    if target is None:
        return failed(detail=_missing(action))
    facts = run.facts
    run.say(
        EnterQueue(
            queue=target.queue,
            agent=target.agent,
            priority=facts.priority,
            criteria=facts.criteria,
            new_contact=True,
        )
    )
    return Waits(WaitingFor.QUEUE, target)


def _dequeued(run: Run, _action: Action, pending: Pending, event: FlowEvent) -> Result | None:
    if isinstance(event, QueueEntered) and isinstance(pending, Target):
        run.learn(
            queue=pending.queue,
            target_agent=pending.agent,
            queue_name=pending.name,
            queue_arn=pending.arn,
            queue_caller_id=pending.caller_id,
            chain_length=run.facts.chain_length + 1,
        )
        return Ended("TRANSFERED_TO_QUEUE")
    return failed(event.error) if isinstance(event, QueueFailed) else None


def _to_agent(run: Run, _action: Action) -> Result:
    run.say(TransferToAgent(agent=run.facts.target_agent))
    return Ended("TRANSFERED_TO_AGENT")


def _disconnect(run: Run, _action: Action) -> Result:
    run.say(Disconnect())
    return Ended("DISCONNECTED_PARTICIPANT")


_ERROR = "NoMatchingError"
_TARGET = (takes("QueueId"), takes("AgentId"))
_FULL = "NoMatchingError QueueAtCapacity"

ROWS = (
    row(
        "UpdateContactTargetQueue",
        _set_queue,
        where="I TA TQ M",
        errors=_ERROR,
        parameters=_TARGET,
        exactly_one=(("QueueId", "AgentId"),),
    ),
    row("TransferContactToQueue", _enter, _entered, where="I TA TQ M", errors=_FULL),
    row(
        "DequeueContactAndTransferToQueue",
        _dequeue,
        _dequeued,
        where="Q",
        errors=_FULL,
        parameters=_TARGET,
        exactly_one=(("QueueId", "AgentId"),),
    ),
    row("TransferContactToAgent", _to_agent, where="TA TQ", terminal=True),
    row("DisconnectParticipant", _disconnect, where="I Q TA TQ M C", terminal=True),
)
