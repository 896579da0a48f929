from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from appliance.ids import Extension
from appliance.switchboard.joints.paging import LEGS, Branch, branch_of


def phones(branch: Branch) -> list[Extension]:
    return [*branch.phones, *(phone for further in branch.branches for phone in phones(further))]


def widest(branch: Branch) -> int:
    return max([len(branch.phones) + len(branch.branches), *map(widest, branch.branches)])


@given(count=st.integers(0, 40))
def test_branches_when_phones_are_many_carry_each_once_and_no_process_more_than_it_can(count: int) -> None:
    extensions = [Extension(str(100 + number)) for number in range(count)]
    tree = branch_of(extensions)
    assert sorted(phones(tree)) == sorted(extensions)
    assert widest(tree) <= LEGS
    assert tree.processes == 1 + max(0, -(-(count - LEGS) // (LEGS - 1)))  # none could do with fewer


def test_branches_when_phones_are_five_take_two_processes() -> None:
    five = [Extension(number) for number in ("101", "102", "103", "104", "105")]
    tree = branch_of(five)
    assert tree == Branch(phones=tuple(five[:2]), branches=(Branch(phones=tuple(five[2:])),))
    assert tree.processes == 2
