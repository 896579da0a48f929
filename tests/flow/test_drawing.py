"""Pictures of flows."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from appliance.flow.defaults import default_flow
from appliance.flow.drawing import dot


def test_dot_when_flow_is_drawn_then_every_action_and_branch_is_there():
    flow = default_flow("branch")
    text = dot(flow)
    for identifier in flow.actions:
        assert f'  "{identifier}" [label=' in text
    assert '"menu" -> "choose support" [label="2"];' in text
    assert '"menu" -> "again" [label="InputTimeLimitExceeded", style=dashed' in text
    assert '"(start)" -> "record"' in text
    assert '"menu" -> "sorry";' not in text


def test_dot_when_texts_hold_quotes_then_are_escaped(flow, action):
    text = dot(flow(action("start", "MessageParticipant", {"Text": 'say "hi" \\ there' + " x" * 50}, then="end")))
    assert 'say \\"hi\\" \\\\ there' in text
    assert "…" in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
def test_dot_when_graphviz_draws_it_then_svg(flow, action):
    text = dot(flow(action('quote"d', "MessageParticipant", {"Text": 'a "b"\n<c>'}, then="end")))
    drawn = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=True, timeout=60)
    assert b"</svg>" in drawn.stdout
