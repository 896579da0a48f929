"""The table of agent states, walked whole."""

import itertools

import pytest

from appliance.acd.agent_states import TRANSITIONS, Signal, activity_after
from appliance.acd.model import Activity

IDLE, RINGING, ON, ACW, MISSED, ERROR = Activity

# One row per activity, in the order of Signal: offered, connected, wrapping up, missed, failed, freed.
EXPECTED = {
    IDLE: (RINGING, ON, ACW, MISSED, ERROR, IDLE),
    RINGING: (RINGING, ON, RINGING, MISSED, ERROR, IDLE),
    ON: (ON, ON, ACW, MISSED, ERROR, IDLE),
    ACW: (ACW, ON, ACW, MISSED, ERROR, IDLE),
    MISSED: (MISSED, ON, MISSED, MISSED, MISSED, IDLE),
    ERROR: (ERROR, ON, ERROR, ERROR, ERROR, IDLE),
}


@pytest.mark.parametrize(("activity", "signal"), list(itertools.product(Activity, Signal)))
def test_activity_after_when_signalled_then_as_expected(activity: Activity, signal: Signal) -> None:
    assert activity_after(activity, signal) is EXPECTED[activity][list(Signal).index(signal)]


def test_transitions_when_listed_then_every_activity_can_be_entered_and_left() -> None:
    assert {start for start, _ in TRANSITIONS} == set(Activity)
    assert set(TRANSITIONS.values()) == set(Activity)


def test_transitions_when_listed_then_no_entry_is_idle() -> None:
    assert all(start is not end for (start, _), end in TRANSITIONS.items())
