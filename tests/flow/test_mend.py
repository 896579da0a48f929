"""Repairs on import."""

from __future__ import annotations

import copy

from appliance.flow.document import parse
from appliance.flow.mend import mend


def test_mend_when_document_is_sound_then_nothing_changes(document, action):
    given = document(action("a", "MessageParticipant", {"Text": "x"}, then="b"), action("b", "DisconnectParticipant"))
    kept = copy.deepcopy(given)
    assert mend(given) == (kept, [])
    assert given == kept


def test_mend_when_branches_dangle_then_they_end_in_one_place(document, action):
    broken = document(action("a", "Compare", {}, then="x", errors={"NoMatchingCondition": "y"}, when=[("1", "z")]))
    mended, changes = mend(broken)
    assert len(changes) == 3
    flow = parse(mended, name="m")
    assert {flow.actions[target].type for target in flow.actions["a"].targets().values()} == {"DisconnectParticipant"}


def test_mend_when_identifier_is_forbidden_then_every_branch_follows(document, action):
    bad = "a/b" * 30
    broken = document(action(bad, "Loop", {"LoopCount": "1"}, then=bad, errors={"NoMatchingError": bad}))
    flow = parse(mend(broken)[0], name="m")
    assert set(flow.actions[flow.start].targets().values()) == {flow.start}


def test_mend_when_start_is_missing_then_the_action_nobody_leads_to(document, action):
    broken = document(action("b", "DisconnectParticipant"), action("a", "MessageParticipant", {"Text": "x"}, then="b"))
    del broken["StartAction"]
    assert mend(broken)[0]["StartAction"] == "a"
