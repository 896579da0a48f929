"""What flows did in a contact."""

from __future__ import annotations

from appliance.events.base import Body
from appliance.ids import FlowId


class FlowStarted(Body, frozen=True, kw_only=True):
    """`bundle_sha256`: hash of all flows and parts in force when the contact began; `flow_sha256`: of this flow."""

    flow: FlowId
    flow_type: str
    bundle_sha256: str
    flow_sha256: str = ""


class FlowActionTaken(Body, frozen=True, kw_only=True):
    """One step of the flow path: `result` is the branch taken (a condition operand, an error type or "Success").

    `error`: an error branch was taken; `lacking`: why the box can't do the action (`appliance.flow.commands.Trace`).
    """

    flow: FlowId
    action: str
    action_type: str
    result: str
    error: bool = False
    lacking: str = ""


class FlowEnded(Body, frozen=True, kw_only=True):
    """`outcome` is Connect's flow outcome, e.g. TRANSFERED_TO_QUEUE (spelling as documented). `detail` is for people;
    `fatal`: not the flow's wiring but the box itself ended it."""

    flow: FlowId
    outcome: str
    detail: str = ""
    fatal: bool = False


class FunctionInvoked(Body, frozen=True, kw_only=True):
    """A flow waited `took_s` for a local function. `outcome`: returned, cached (the last good answer stood in,
    `age_s` old), failed. `reason` says why it isn't "returned"; `tries` were made."""

    function: str
    outcome: str
    took_s: float
    tries: int = 0
    age_s: float | None = None
    reason: str = ""


class InputEncrypted(Body, frozen=True, kw_only=True):
    """What a caller typed was encrypted for the holder of `key` (the flow's EncryptionKeyId)."""

    key: str
