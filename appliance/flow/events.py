"""What a flow is told: the answers of the world to its commands. Past tense, frozen, pure data."""

from __future__ import annotations

from typing import Any

import msgspec

from appliance.ids import QueueId


class FlowEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that `step` consumes."""


class PromptEnded(FlowEvent, frozen=True, kw_only=True):
    """The last message of the latest `Play` was heard to its end."""


class PromptFailed(FlowEvent, frozen=True, kw_only=True):
    """A message of the latest `Play` can't be made into sound; `reason` is for people."""

    reason: str


class DigitPressed(FlowEvent, frozen=True, kw_only=True):
    """One key: 0-9 * # (A-D are ignored)."""

    digit: str


class TimerExpired(FlowEvent, frozen=True, kw_only=True):
    """The state's `deadline` has been reached. Early or stale ones change nothing."""


class QueueEntered(FlowEvent, frozen=True, kw_only=True):
    """The contact holds a place in `queue`: the asking flow ends, the queue flow takes over."""

    queue: QueueId


class QueueFailed(FlowEvent, frozen=True, kw_only=True):
    """`error`: QueueAtCapacity or NoMatchingError."""

    error: str


class FunctionReturned(FlowEvent, frozen=True, kw_only=True):
    """The answer of the latest `InvokeFunction`: a flat map of strings, or any JSON where the action allows it."""

    result: Any


class FunctionFailed(FlowEvent, frozen=True, kw_only=True):
    """`told`: what the function says all the same, for `$.External` on the error branch (box functions)."""

    reason: str
    told: dict[str, str] | None = None


class MetricsMeasured(FlowEvent, frozen=True, kw_only=True):
    """Values for `$.Metrics`, keys as in the reference without the prefix: "Queue.Size", "Agents.Online.Count",
    "Contact.PositionInQueue". May come unasked; an answer to `MeasureMetrics` when one is awaited."""

    values: dict[str, str]


class MetricsFailed(FlowEvent, frozen=True, kw_only=True):
    reason: str


class ThirdPartyEnded(FlowEvent, frozen=True, kw_only=True):
    """`outcome`: Completed (answered and ended), CallFailed, ConnectionTimeLimitExceeded."""

    outcome: str


class NumberDrawn(FlowEvent, frozen=True, kw_only=True):
    """The answer of `DrawNumber`: 1 … 100."""

    number: int


class RequestDone(FlowEvent, frozen=True, kw_only=True):
    """A command that wants an answer (`CreateCallback` …) was carried out."""


class RequestFailed(FlowEvent, frozen=True, kw_only=True):
    """A command that wants an answer could not be carried out: take the branch of `error`."""

    error: str


class InputEncrypted(FlowEvent, frozen=True, kw_only=True):
    """The answer of `EncryptInput`: base64 text that the flow keeps as `$.StoredCustomerInput`."""

    ciphertext: str
