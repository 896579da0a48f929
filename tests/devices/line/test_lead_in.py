"""What is said before a line can be heard is heard all the same, and nothing stays late."""

from __future__ import annotations

import array

from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.line.lead_in import MOST_FRAMES, LeadIn

SILENCE = bytes(320)


def loud(mark: int) -> bytes:
    return array.array("h", [1000 + mark] * 160).tobytes()


def test_lead_in_when_the_line_opens_late_then_first_word_first_and_the_pause_makes_up_for_it() -> None:
    lead, heard = LeadIn(), []
    for _ in range(10):
        lead.put(SILENCE)
    for mark in range(25):  # half a second before the line is open
        lead.put(loud(mark))
    assert lead.late == 25
    for mark in range(25, 50):
        lead.put(loud(mark))
        heard.append(lead.take())
    assert heard == [loud(mark) for mark in range(25)]
    for _ in range(40):
        lead.put(SILENCE)
        heard.append(lead.take())
    assert [frame for frame in heard if frame not in (None, SILENCE)] == [loud(mark) for mark in range(50)]
    lead.put(loud(99))
    assert lead.late <= 1 or lead.take() == loud(99)
    assert lead.late <= 1


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=300))
def test_lead_in_when_fed_anything_then_no_word_is_lost_or_moved(steps: list[tuple[bool, bool]]) -> None:
    lead, said, heard = LeadIn(), [], []
    for mark, (is_loud, is_open) in enumerate(steps):
        frame = loud(mark) if is_loud else SILENCE
        said += [frame] if is_loud else []
        lead.put(frame)
        if is_open and (out := lead.take()) is not None:
            heard.append(out)
    while (out := lead.take()) is not None:
        heard.append(out)
    spoken = [frame for frame in heard if frame != SILENCE]
    assert spoken == said[len(said) - len(spoken) :]
    assert len(spoken) == len(said) or len(steps) > MOST_FRAMES
