"""What a line's service tells: its board follows the line, its log says what happened, and nobody's number."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from appliance.devices.line.account import Account
from appliance.devices.line.board import shown_lines
from appliance.devices.line.plan import LinePlan
from hw.line.mock import MockLine
from hw.line.signals import CallEnded, DeviceGone, EndReason, LineFound, LineLost, Outcome


@pytest.fixture
def line() -> MockLine:
    return MockLine()


def account(run: Path, line: MockLine) -> Account:
    plan = LinePlan(
        name="front",
        kind="modem",
        number="+12125550177",
        edge="127.0.0.1:5060",
        sip_port=5070,
        country="US",
        run=run,
        remarks=("a remark",),
    )
    return Account(plan, line)


def test_board_when_calls_come_and_go_then_counted_with_their_last_end(tmp_path: Path, line: MockLine) -> None:
    told = account(tmp_path, line)
    told.call_in()
    told.call_out()
    told.call_out()
    told.noted(CallEnded(reason=EndReason.BUSY))
    told.show()
    shown = shown_lines(tmp_path)["front"]
    assert (shown.calls_in, shown.calls_out, shown.last_end, shown.state) == (1, 2, "busy", "idle")
    assert "a remark" in shown.remarks
    told.close()
    assert shown_lines(tmp_path) == {}


def test_board_when_the_state_changes_then_since_when(tmp_path: Path, line: MockLine) -> None:
    told = account(tmp_path, line)
    told.show()
    before = shown_lines(tmp_path)["front"]
    line.inject_unplug()
    told.show()
    after = shown_lines(tmp_path)["front"]
    assert (before.state, after.state) == ("idle", "no_line")
    assert after.since >= before.since


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (CallEnded(reason=EndReason.FAR_END), (logging.INFO, "line front ends its call: far_end")),
        (CallEnded(reason=EndReason.NO_VOICE), (logging.WARNING, "line front ends its call: no_voice")),
        (LineLost(), (logging.WARNING, "line front is dead; check cable and socket")),
        (LineFound(), (logging.INFO, "line front is there")),
        (DeviceGone(reason="unplugged"), (logging.WARNING, "line front is over: its device is unplugged")),
    ],
)
def test_log_when_something_happens_then_one_line_of_the_trunk(
    tmp_path: Path, line: MockLine, caplog: pytest.LogCaptureFixture, news: Outcome, told: tuple[int, str]
) -> None:
    caplog.set_level(logging.INFO)
    account(tmp_path, line).noted(news)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == told


def test_board_when_it_can_not_be_written_then_said_and_no_more(
    tmp_path: Path, line: MockLine, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "lines").write_text("in the way")
    account(tmp_path, line).show()
    assert "line front can't be shown" in caplog.text
