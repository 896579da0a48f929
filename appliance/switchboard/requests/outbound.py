"""Callbacks, campaigns, do-not-call lists, surveys."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from appliance.switchboard.requests.base import Arguments, Label, Limit, MaybeFlow, Name, PhoneNumber


class CallbackAdd(Arguments, frozen=True, kw_only=True):
    """Somebody is to be called back: `number` in any spelling, by an agent of `queue` or by `agent`. Delays in seconds;
    `attempts` counts the first call too."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    queue: Name | None = None
    agent: Name | None = None
    name: Label = ""
    delay_s: Annotated[float, msgspec.Meta(ge=0, le=259_200)] = 0.0
    attempts: Annotated[int, msgspec.Meta(ge=1, le=11)] = 1
    retry_s: Annotated[float, msgspec.Meta(ge=1, le=259_200)] = 600.0


class CallbackNamed(Arguments, frozen=True, kw_only=True):
    callback: str


class CallbackList(Arguments, frozen=True, kw_only=True):
    """`open` True: only those that are not over."""

    limit: Limit = 50
    open: bool | None = None


class CampaignAdd(Arguments, frozen=True, kw_only=True):
    """Adds or changes a campaign; what is None stays as it was, or is the default of a new one.

    hours: "mon-fri 09:00-20:00", "sat 10:00-14:00" …, of the customer's time zone; zone: of numbers that tell none.
    pause_s: between two attempts; pauses_s: by outcome (busy, no_answer, unreachable, agent_left, lost, skipped).
    again_s: disposition → pause before another attempt; never: dispositions that mean do-not-call.
    flow: outbound whisper that shows the record; caller_id: else the queue's; "" takes either away.
    """

    campaign: Name
    queue: Name | None = None
    attempts: Annotated[int, msgspec.Meta(ge=1, le=11)] | None = None
    pause_s: Annotated[float, msgspec.Meta(ge=1, le=2_592_000)] | None = None
    pauses_s: dict[str, Annotated[float, msgspec.Meta(ge=1, le=2_592_000)]] | None = None
    again_s: dict[str, Annotated[float, msgspec.Meta(ge=1, le=2_592_000)]] | None = None
    never: tuple[str, ...] | None = None
    hours: tuple[str, ...] | None = None
    zone: str | None = None
    preview: bool | None = None
    flow: MaybeFlow | None = None
    caller_id: PhoneNumber | None = None


class CampaignNamed(Arguments, frozen=True, kw_only=True):
    campaign: Name


class CampaignImport(Arguments, frozen=True, kw_only=True):
    """`text`: the list as CSV, the first line naming its columns; see `errands.lists`."""

    campaign: Name
    text: str


class CampaignShow(Arguments, frozen=True, kw_only=True):
    campaign: Name
    limit: Limit = 50


class PreviewAnswer(Arguments, frozen=True, kw_only=True):
    """What the agent who is shown a record does: `call` it or skip it."""

    contact: str
    call: bool


class DoNotCallChange(Arguments, frozen=True, kw_only=True):
    """`campaign` None: for every campaign."""

    numbers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=100_000)]
    campaign: Name | None = None
    note: Label = ""


class DoNotCallNumber(Arguments, frozen=True, kw_only=True):
    number: str
    campaign: Name | None = None


class SurveyRange(Arguments, frozen=True, kw_only=True):
    """Answers given from `since` on to before `until` (2026-11-22 or 2026-11-22T09:30:00Z); `by`: results of each queue
    or agent."""

    since: Annotated[str, msgspec.Meta(max_length=30)] = ""
    until: Annotated[str, msgspec.Meta(max_length=30)] = ""
    by: Literal["", "queue", "agent"] = ""
    limit: Limit = 1000
