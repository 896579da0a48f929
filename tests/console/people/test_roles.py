"""Rights follow from roles, at the branches they were granted for and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.console.people.roles import (
    ADMIN_OF_ALL,
    EVERY_BRANCH,
    RIGHTS,
    Branches,
    Right,
    Role,
    grants_of,
)

PAIRS = st.lists(st.tuples(st.sampled_from(Role), st.sampled_from(["seoul", "busan", EVERY_BRANCH])), max_size=5)
SETS = st.builds(
    Branches, every=st.booleans(), some=st.frozensets(st.sampled_from(["seoul", "busan", "daegu"]), max_size=3)
)


@given(PAIRS, st.sampled_from(Right), st.sampled_from(["seoul", "busan", "daegu"]))
def test_right_when_asked_at_a_branch_then_only_by_a_role_granted_there(
    pairs: list[tuple[Role, str]], right: Right, branch: str
) -> None:
    there = {branch, EVERY_BRANCH} if right is not Right.PEOPLE else {EVERY_BRANCH}
    expected = any(right in RIGHTS[role] and at in there for role, at in pairs)
    assert grants_of(pairs).allow(right, branch) == expected


@pytest.mark.parametrize("right", Right)
def test_auditor_and_supervisor_when_compared_then_neither_does_the_other_s_work(right: Right) -> None:
    auditor, supervisor = (bool(grants_of([(role, "seoul")]).branches(right)) for role in ("auditor", "supervisor"))
    assert auditor == (right in {Right.READ, Right.AUDIT})
    assert supervisor == (right in {Right.READ, Right.LISTEN})


def test_admin_when_of_one_branch_then_manages_no_people() -> None:
    assert not grants_of([("admin", "seoul")]).branches(Right.PEOPLE)
    assert ADMIN_OF_ALL.branches(Right.PEOPLE).every


def test_role_when_unknown_then_grants_nothing() -> None:
    assert grants_of([("emperor", EVERY_BRANCH)]).grants == frozenset()


@given(SETS, SETS, st.sampled_from(["seoul", "busan", "daegu", "elsewhere"]))
def test_branches_when_cut_then_only_what_both_have(one: Branches, other: Branches, branch: str) -> None:
    assert (branch in one & other) == (branch in one and branch in other)
