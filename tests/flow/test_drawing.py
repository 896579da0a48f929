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
        assert f'  "{identifier}" [label=<<b>{flow.actions[identifier].type}</b>' in text
    assert '"menu" -> "choose support" [label="2"];' in text
    assert '"menu" -> "again" [label="no key in time", style=dashed' in text
    assert '"enter queue" -> "failed" [label="error", style=dashed' in text
    assert '"(start)" -> "record"' in text
    assert '"menu" -> "sorry";' not in text


def test_dot_when_branches_lead_to_one_place_then_one_arrow_names_them_all():
    text = dot(default_flow("branch"))
    assert text.count('"menu" -> "choose sales"') == 1
    assert '"menu" -> "choose sales" [label="1\\nerror"];' in text
    assert '"greeting" -> "menu" [label="or error"];' in text


def test_dot_when_texts_hold_markup_then_are_escaped(flow, action):
    text = dot(flow(action("start", "MessageParticipant", {"Text": 'say "hi" & 1 < 2' + " x" * 90}, then="end")))
    assert "say &quot;hi&quot; &amp; 1 &lt; 2 x" in text
    assert "…" in text


def test_dot_when_identifier_is_a_uuid_then_its_beginning_and_the_whole_as_tool_tip(flow, action):
    name = "0b9f6a52-7a44-4b5e-9b0a-3d2f4c1e8a77"
    text = dot(flow(action(name, "MessageParticipant", {"Text": "x"}, then="end")))
    assert ">0b9f6a52…</font>" in text
    assert f'tooltip="{name}"' in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
def test_dot_when_graphviz_draws_it_then_svg(flow, action):
    text = dot(flow(action('quote"d', "MessageParticipant", {"Text": 'a "b"\n<c>'}, then="end")))
    drawn = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=True, timeout=60)
    assert b"</svg>" in drawn.stdout
