"""Any change, cut or swap in the audit log is found, at the first entry it touches."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.audit.entries import GENESIS, LONGEST_TEXT, Entry, first_broken, following, shortened

TEXT = st.text(max_size=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    rows: list[tuple[Entry, str]]


@st.composite
def logs(draw: st.DrawFn) -> Log:
    head, rows = GENESIS, []
    for seq in range(1, draw(st.integers(2, 7)) + 1):
        wall_s = draw(st.floats(0, 4e9))
        entry = Entry(seq=seq, wall_s=wall_s, who=draw(TEXT), deed=draw(TEXT), about=draw(TEXT), detail=draw(TEXT))
        head = following(head, entry)
        rows.append((entry, head))
    return Log(rows=rows)


@given(logs())
def test_log_when_untouched_then_whole_from_any_point(log: Log) -> None:
    assert first_broken(GENESIS, log.rows) is None
    assert first_broken(log.rows[0][1], log.rows[1:]) is None


@given(logs(), st.data())
def test_log_when_an_entry_is_changed_then_found_there(log: Log, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(log.rows) - 1))
    field = data.draw(st.sampled_from(["who", "deed", "about", "detail", "branch", "address"]))
    entry, stored = log.rows[at]
    changed = msgspec.structs.replace(entry, **{field: getattr(entry, field) + "x"})
    assert first_broken(GENESIS, [*log.rows[:at], (changed, stored), *log.rows[at + 1 :]]) == at + 1


@given(logs(), st.data())
def test_log_when_an_entry_in_the_middle_is_missing_then_found_there(log: Log, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(log.rows) - 2))
    assert first_broken(GENESIS, log.rows[:at] + log.rows[at + 1 :]) == max(at + 1, 2 if at == 0 else 0)


@given(st.text(max_size=2000))
def test_text_when_shortened_then_one_line_that_fits(text: str) -> None:
    assert len(shortened(text)) <= LONGEST_TEXT
    assert shortened(text).isprintable()
