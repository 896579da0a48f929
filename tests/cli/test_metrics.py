"""`linekeeper metrics`: formats, names, and a box that is down."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from appliance.cli.exit_codes import ExitCode
from appliance.metrics.catalogue import METRICS

Run = Callable[..., int]


def test_metrics_when_nothing_happened_then_zeros_and_no_data_points(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("metrics", "--from", "yesterday", "--metric", "CONTACTS_HANDLED,AVG_HANDLE_TIME") == ExitCode.OK
    said = capsys.readouterr().out
    assert ["CONTACTS_HANDLED", "0"] in [line.split() for line in said.splitlines()]
    assert ["AVG_HANDLE_TIME", "-"] in [line.split() for line in said.splitlines()]


def test_metrics_when_a_program_asks_then_one_document_or_csv(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("metrics", "--metric", "SERVICE_LEVEL:60", "--json") == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert found["metrics"] == [{"name": "SERVICE_LEVEL_60", "unit": "PERCENT"}]
    assert (
        run("metrics", "--metric", "SERVICE_LEVEL:60", "--metric", "CONTACTS_CREATED", "--format", "csv") == ExitCode.OK
    )
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["SERVICE_LEVEL_60"], row["CONTACTS_CREATED"]) == ("", "0")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--metric", "CONTACTS_HANDELD"), ExitCode.REFUSED, "did you mean CONTACTS_HANDLED"),
        (("--by", "planet"), ExitCode.REFUSED, "nothing to group by"),
        (("--where", "queue"), ExitCode.USAGE, "no key=value"),
        (("--now",), ExitCode.NOT_RUNNING, "no box answers"),
        (("--now", "--by", "agent"), ExitCode.USAGE, "queue only"),
        (("--from", "now", "--to", "7d"), ExitCode.REFUSED, "ends before"),
    ],
)
def test_metrics_when_asked_wrongly_then_exit_code_and_remedy(
    run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: ExitCode, said: str
) -> None:
    assert run("metrics", *words) == code
    assert said in capsys.readouterr().err


def test_list_when_shown_then_every_metric_and_why_others_are_absent(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("metrics", "--list") == ExitCode.OK
    said = capsys.readouterr().out
    assert all(metric.name in said and metric.means in said for metric in METRICS)
    assert "CallRecordingUploadError" in said
