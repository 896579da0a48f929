"""What `/api/v1` answers with, and pages show. Times are seconds since the epoch (`…_s`, UTC)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    """The root of every answer."""

    model_config = ConfigDict(frozen=True)


class BoxSummary(Document):
    """heard_s: its last request; events: how many of it are stored; forked_s: its chain has disagreed (a clone, or
    restored from a copy)."""

    box: str
    name: str
    state: str
    version: str
    enrolled_s: float
    heard_s: float | None
    events: int
    stored_s: float | None
    forked_s: float | None


class BranchHealth(Document):
    """As the box last told; pending: what still has to reach the console."""

    version: str
    uptime_s: float
    edge: str
    contact_processes: int
    free_processes: int
    storage_used: int
    storage_budget: int
    pending_events: int
    pending_recordings: int
    warnings: list[str]


class BranchSummary(Document):
    """known_since_s: when the branch's first box was enrolled. as_of_s: when the branch was as shown, by the console's
    clock; None: it has never told. stale: longer ago than a working link would have it."""

    branch: str
    name: str
    timezone: str
    box: BoxSummary | None
    known_since_s: float | None
    as_of_s: float | None
    stale: bool
    waiting: int
    contacts: int
    agents: int
    health: BranchHealth | None


class ContactSummary(Document):
    """customer: E.164; waited_s in the queue, lasted_s from first ring to the end, None where there was none."""

    branch: str
    contact: str
    initiated_s: float
    method: str
    reason: str
    customer: str
    queue: str
    agent: str
    flow: str
    waited_s: float | None
    lasted_s: float | None
    recorded: bool
    erased: bool


class ContactPage(Document):
    """next: hand it back as `after` for the page that follows, "" at the end."""

    contacts: list[ContactSummary]
    next: str


class RecordVersion(Document):
    """seq: the number of the event that brought it."""

    seq: int
    last_update: str
    received_s: float


class RecordingSummary(Document):
    """state: announced (its file is still on the box), stored, erased."""

    recording: str
    kind: str
    media_type: str
    started_s: float
    duration_s: float
    sealed: bool
    bytes: int
    state: str


class ContactDetails(Document):
    """record: as Amazon Connect's contact record; events: what happened, in order, as the box noted it."""

    summary: ContactSummary
    box: str
    record: dict[str, Any]
    versions: list[RecordVersion]
    events: list[dict[str, Any]]
    recordings: list[RecordingSummary]


class AgentSummary(Document):
    """plan: as configured on the box; status and activity: the last that an event told, "" before the first."""

    branch: str
    agent: str
    plan: dict[str, Any]
    status: str
    activity: str
    since_s: float | None


class EntrySummary(Document):
    """One thing of a branch (queue, extension, flow, …), as configured on the box."""

    branch: str
    kind: str
    name: str
    content: dict[str, Any]
    updated_s: float


class OutageSummary(Document):
    """sentence: what both sides found afterwards, and the same in numbers; agrees: None until they have counted."""

    branch: str
    box: str
    outage: str
    began_s: float
    ended_s: float
    lasted_s: float
    why: str
    agrees: bool | None
    sentence: str
    contact_records: int
    recordings: int
    missing: int
    twice: int
    same_head: bool
    missing_recordings: list[str]
    reconciled_s: float | None


class HappeningSummary(Document):
    """Something a box reported: health, device, drift, …"""

    branch: str
    box: str
    kind: str
    subject: str
    at_s: float
    content: Any


class SignedHeadSummary(Document):
    """What a box vouched for: its key's signature (base64) over `linekeeper-chain-head-1`, box and `seq:head`, a line
    each. key: its id, of the certificate that the box had then."""

    box: str
    branch: str
    day: str
    seq: int
    head: str
    signature: str
    key: str
    received_s: float


class MetricsRow(Document):
    """One interval, branch and group; null in `values` is no data point."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
    since: str = Field(alias="from")
    until: str = Field(alias="to")
    branch: str | None = None
    group: dict[str, str | None]
    values: dict[str, float | int | None]


class MetricsReport(Document):
    """by: the groups; metrics: name and unit of each column."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
    since: str = Field(alias="from")
    until: str = Field(alias="to")
    by: list[str]
    metrics: list[dict[str, str]]
    rows: list[MetricsRow]


class LiveDocument(Document):
    """state: `appliance.cloud.live.LiveState`; as_of_s: when it came, by the console's clock."""

    branch: str
    box: str
    as_of_s: float
    stale: bool
    state: dict[str, Any]
