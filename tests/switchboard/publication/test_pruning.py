"""Published files stay as long as a contact may need them."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.ids import ContactId
from appliance.switchboard.publication.pruning import GRACE_S, Pruner

OLD, OTHER = Path("old.json"), Path("other.json")
ONE, TWO, LATER = ContactId("one"), ContactId("two"), ContactId("later")


@pytest.fixture
def pruner() -> Pruner:
    return Pruner()


def test_file_when_nobody_is_on_the_line_then_it_goes_after_the_grace(pruner: Pruner) -> None:
    assert pruner.due([OLD], set(), 0.0) == []
    assert pruner.waiting
    assert pruner.due([OLD], set(), GRACE_S - 1) == []
    assert pruner.due([OLD], set(), GRACE_S) == [OLD]
    assert pruner.due([], set(), GRACE_S + 1) == []
    assert not pruner.waiting


def test_file_when_contacts_began_with_it_then_it_goes_after_the_last_of_them(pruner: Pruner) -> None:
    pruner.due([OLD], {ONE, TWO}, 0.0)
    assert pruner.due([OLD], {ONE, TWO}, GRACE_S) == []
    assert pruner.due([OLD], {TWO, LATER}, GRACE_S + 10) == []
    assert pruner.due([OLD], {LATER}, GRACE_S + 20) == [OLD]


def test_file_when_a_contact_is_heard_of_late_then_it_counts_too(pruner: Pruner) -> None:
    pruner.due([OLD], set(), 0.0)
    assert pruner.due([OLD], {LATER}, GRACE_S) == []
    assert pruner.due([OLD], set(), GRACE_S + 1) == [OLD]


def test_file_when_named_again_then_it_starts_anew(pruner: Pruner) -> None:
    pruner.due([OLD, OTHER], set(), 0.0)
    assert pruner.due([OTHER], set(), GRACE_S) == [OTHER]
    assert pruner.due([OLD], set(), GRACE_S + 1) == []
    assert pruner.due([OLD], set(), 2 * GRACE_S + 1) == [OLD]
