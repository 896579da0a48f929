"""What the console sends down: desired state, commands, erasures. Each is signed (`signing`) and numbered for its box.

Numbers count up per box over all kinds; the box takes each once and in order, and tells the console what became of it
with events: kinds in `REPORTS`.
"""

from __future__ import annotations

import enum

import msgspec


class ItemKind(enum.StrEnum):
    """What an admin can steer. In this order they are applied, in the reverse order taken away."""

    CONFIGURATION = "configuration"  # name: a key such as recording.internal; content: its value
    PROMPT = "prompt"  # a blob: the audio file
    HOURS = "hours"
    QUEUE = "queue"
    ROUTING_PROFILE = "routing_profile"
    EXTENSION = "extension"  # without its password: phones keep theirs
    AGENT = "agent"
    QUICK_CONNECT = "quick_connect"
    DISPOSITION = "disposition"
    FLOW_BUNDLE = "flow_bundle"  # a blob: what 'linekeeper flow export' writes


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """content: as the box's administration API takes it, None to take it away; blob: SHA-256 of what `paths.BLOBS`
    gives; overwrite: an admin saw the local change and decided against it."""

    kind: ItemKind
    name: str
    content: dict[str, object] | None = None
    blob: str = ""
    overwrite: bool = False


class DesiredState(msgspec.Struct, frozen=True, kw_only=True, tag="desired_state"):
    """All that the console wants of this box; what it doesn't name is the technician's. version: counts up."""

    box: str
    number: int
    issued_s: float
    version: int
    items: tuple[Item, ...]


class BoxService(enum.StrEnum):
    """What can be restarted on a box from afar, and nothing else."""

    SWITCHBOARD = "switchboard"
    EDGE = "edge"
    SYNC = "sync"
    GATEWAY = "gateway"
    PANEL = "panel"
    CONTACT = "contact"
    LINE = "line"  # every analog line that is plugged in
    HEADSET = "headset"  # every headset that is plugged in


ENDS_CALLS = frozenset({BoxService.CONTACT, BoxService.LINE, BoxService.HEADSET})  # those that they carry


class CommandKind(enum.StrEnum):
    RESTART = "restart"  # arguments: {"service": a BoxService}
    COLLECT_LOGS = "collect_logs"  # arguments: {"hours": "24"}
    ERASE = "erase"  # all customer data of the box, for a box that is given away
    RENEW_CERTIFICATE = "renew_certificate"
    RESEND = "resend"  # arguments: {"contacts": "id id …"}: reconciliation misses them


class Command(msgspec.Struct, frozen=True, kw_only=True, tag="command"):
    """expires_s: not to be carried out after that (wall time)."""

    box: str
    number: int
    issued_s: float
    command: CommandKind
    arguments: dict[str, str] = {}
    expires_s: float


class Tombstone(msgspec.Struct, frozen=True, kw_only=True, tag="tombstone"):
    """An erasure request (GDPR Article 17): the contact's recordings, voicemail and personal data go; that there was a
    contact stays. Carried out whenever it arrives, also after weeks; a legal hold wins."""

    box: str
    number: int
    issued_s: float
    request: str
    contacts: tuple[str, ...] = ()
    customer: str = ""  # every contact of this number (E.164)


class LegalHold(msgspec.Struct, frozen=True, kw_only=True, tag="legal_hold"):
    """While it stands nothing of these contacts is erased, whoever asks, nor by retention. on: False lifts it."""

    box: str
    number: int
    issued_s: float
    hold: str
    contacts: tuple[str, ...]
    on: bool = True


class Revoked(msgspec.Struct, frozen=True, kw_only=True, tag="revoked"):
    """This box's certificate is worth nothing any more; it goes on as a branch without a console."""

    box: str
    number: int
    issued_s: float
    reason: str


Order = DesiredState | Command | Tombstone | LegalHold | Revoked


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """The box → console: every order up to `number` is stored on the box."""

    number: int


# Outbox kinds by which the box answers.
DESIRED_APPLIED = (
    "desired_applied"  # {"number", "version", "applied": [...], "failed": {item: reason}, "rolled_back": bool}
)
DRIFT = "drift"  # {"version", "items": [{"kind", "name", "local": …, "desired": …}]}
COMMAND_RESULT = "command_result"  # {"number", "ok": bool, "text"}
ERASURE_RECEIPT = "erasure_receipt"  # {"request", "number", "erased": [contact], "held": [contact], "recordings": n}
REPORTS = (DESIRED_APPLIED, DRIFT, COMMAND_RESULT, ERASURE_RECEIPT)
