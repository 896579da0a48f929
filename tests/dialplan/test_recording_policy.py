"""Who is recorded, for every combination of flow, queue and agent."""

from __future__ import annotations

import pytest

from appliance.dialplan.recording_policy import BOTH_SIDES, RecordingPolicy, recorded

FLOW, ALWAYS, NEVER = RecordingPolicy.FLOW, RecordingPolicy.ALWAYS, RecordingPolicy.NEVER
NOBODY: frozenset[str] = frozenset()
CUSTOMER = frozenset({"Customer"})


@pytest.mark.parametrize("said", [None, NOBODY, CUSTOMER, BOTH_SIDES])
@pytest.mark.parametrize("queue", RecordingPolicy)
@pytest.mark.parametrize("agent", [None, *RecordingPolicy])
def test_recorded_when_anybody_says_never_then_nobody_else_as_the_flow_says(
    said: frozenset[str] | None, queue: RecordingPolicy, agent: RecordingPolicy | None
) -> None:
    found = recorded(said, queue, agent)
    if NEVER in (queue, agent):
        assert found == NOBODY
    elif said is not None:
        assert found == said
    else:
        assert found == (BOTH_SIDES if ALWAYS in (queue, agent) else NOBODY)


def test_recorded_when_the_customer_refused_then_always_does_not_count() -> None:
    assert recorded(NOBODY, ALWAYS, ALWAYS) == NOBODY
