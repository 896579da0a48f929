"""What `/api/v1` may be asked, parameter by parameter."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.console.reading.contacts import MOST

Word = Annotated[str, Field(max_length=200)]
Words = Annotated[tuple[Word, ...], Field(max_length=200)]
Instant = Annotated[float | None, Field(ge=-1e11, le=1e11, description="Seconds since the epoch.")]


class ContactQuery(BaseModel):
    """What is left out doesn't matter."""

    model_config = ConfigDict(frozen=True)
    number: Word = ""
    since_s: Instant = None
    until_s: Instant = None
    branch: Word = ""
    agent: Word = ""
    queue: Word = ""
    method: Word = ""
    recorded: bool | None = None
    after: Annotated[str, Field(max_length=1000, description="`next` of the page before.")] = ""
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class MetricsQuery(BaseModel):
    """As `linekeeper metrics`, of one branch or of all that the asker may see."""

    model_config = ConfigDict(frozen=True)
    since: Annotated[Word, Field(description="2026-11-22T09:30, today, yesterday, 8h, 7d.")] = "today"
    until: Annotated[Word, Field(description="As `since`; it is not part of the range.")] = "now"
    metric: Annotated[Words, Field(description="Names; with X: SERVICE_LEVEL:60.")] = ()
    by: Annotated[Words, Field(description="queue, agent, profile, flow, method, channel, outcome, branch.")] = ()
    interval: Literal["15", "30", "60", "day"] | None = None
    where: Annotated[Words, Field(description="Only those: queue=sales, agent=kim.")] = ()
    branch: Word = ""
