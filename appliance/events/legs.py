"""What happens to one leg: SIP and media of one party."""

from __future__ import annotations

import msgspec

from appliance.events.base import Body, LegRole
from appliance.ids import AgentId, Extension, LegId, TrunkId


class LegStarted(Body, frozen=True, kw_only=True):
    """A leg exists in SIP. `sip_call_id` lets the edge end the dialog when the contact process can't.

    members: the extensions whose phones it rings, where they are several; who answers is in LegAnswered.
    """

    leg: LegId
    role: LegRole
    uri: str
    sip_call_id: str
    outgoing: bool
    agent: AgentId | None = None
    extension: Extension | None = None
    members: tuple[Extension, ...] = ()


class LegRinging(Body, frozen=True, kw_only=True):
    leg: LegId
    early_media: bool = False


class LegAnswered(Body, frozen=True, kw_only=True):
    """`extension` and `agent`: whose phone of several it was."""

    leg: LegId
    codec: str = ""
    trunk: TrunkId | None = None
    extension: Extension | None = None
    agent: AgentId | None = None


class LegHeld(Body, frozen=True, kw_only=True):
    """The party put us on hold from its own phone (re-INVITE sendonly / inactive)."""

    leg: LegId


class LegResumed(Body, frozen=True, kw_only=True):
    leg: LegId


class LegMuted(Body, frozen=True, kw_only=True):
    leg: LegId


class LegUnmuted(Body, frozen=True, kw_only=True):
    leg: LegId


class LegQuality(msgspec.Struct, frozen=True, kw_only=True):
    """Media figures of a leg as the box saw them: packets, milliseconds."""

    received: int = 0
    lost: int = 0
    sent: int = 0
    jitter_ms: float = 0.0
    rtt_ms: float = 0.0


class LegEnded(Body, frozen=True, kw_only=True):
    """`sip_status` is the final SIP status (200 for a normal BYE); `remote` says which side hung up."""

    leg: LegId
    role: LegRole
    sip_status: int
    reason: str = ""
    remote: bool
    quality: LegQuality | None = None
