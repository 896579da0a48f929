"""What is recorded of a contact."""

from __future__ import annotations

from appliance.events.base import Body
from appliance.ids import AgentId, RecordingId


class RecordingStarted(Body, frozen=True, kw_only=True):
    """`customer_path` and `agent_path` are the two growing WAV files (mono PCM16, `rate_hz`).

    mailbox: it is a message for it, left by `caller`, with a silent agent's side; "": the contact is recorded.
    greeting: it is what callers of the mailbox shall hear, spoken by who has it.
    """

    recording: RecordingId
    customer_path: str
    agent_path: str
    rate_hz: int
    mailbox: str = ""
    caller: str = ""
    caller_name: str = ""
    greeting: bool = False


class RecordingStopped(Body, frozen=True, kw_only=True):
    """`reason`: contact ended, flow, policy (of queue or agent), transferred, disk full; of a message also
    message ended (key, silence or length) and empty: nobody said anything, so it is none."""

    recording: RecordingId
    reason: str


class RecordingRefused(Body, frozen=True, kw_only=True):
    """Wanted by the flow but not made; the call goes on. `reason`: disk full."""

    reason: str


class RecordingFinished(Body, frozen=True, kw_only=True):
    """The stereo file is complete: customer left, agent right. Written by the switchboard."""

    recording: RecordingId
    path: str
    sha256: str
    duration_s: float
    bytes: int


class RecordingPaused(Body, frozen=True, kw_only=True):
    """Both sides are silent from `at_s` on (seconds of the recording) until RecordingResumed: payment data.

    `source`: who asked: agent (keys), command, flow.
    """

    recording: RecordingId
    at_s: float
    source: str
    by: AgentId | None = None


class RecordingResumed(Body, frozen=True, kw_only=True):
    recording: RecordingId
    at_s: float
    source: str
    by: AgentId | None = None
