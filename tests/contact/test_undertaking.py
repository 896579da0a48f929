"""What is under way in a contact: one of a kind, found by kind, in the order of beginning."""

from __future__ import annotations

from typing import cast

import pytest

from appliance.contact.sip.leg import Leg
from appliance.contact.undertaking import Undertaking, Undertakings


class Ring(Undertaking):
    """Owns one leg."""

    def __init__(self, leg: object) -> None:
        self.leg = leg

    def owns(self, leg: Leg) -> bool:
        return leg is self.leg


class Search(Ring):
    """Of another kind."""


A, B = (cast(Leg, object()) for _ in range(2))


def test_undertakings_when_two_own_a_leg_then_it_is_whose_began_first() -> None:
    every = Undertakings()
    first, second = every.begin(Search(A)), every.begin(Ring(A))
    assert every.whose(A) is first
    assert list(every) == [first, second]
    assert every.whose(B) is None


def test_undertakings_when_one_of_a_kind_begins_anew_then_it_takes_the_place_of_the_old() -> None:
    every = Undertakings()
    every.begin(Ring(A))
    new = every.begin(Ring(B))
    assert every.get(Ring) is new
    assert list(every) == [new]


def test_undertakings_when_one_is_over_then_there_is_none_and_others_stay() -> None:
    every = Undertakings()
    every.begin(Ring(A))
    search = every.begin(Search(B))
    every.over(Ring)
    every.over(Ring)
    assert Ring not in every
    assert every.get(Ring) is None
    assert every[Search] is search
    with pytest.raises(KeyError):
        every[Ring]


def test_undertakings_when_one_ends_others_while_all_are_told_then_none_is_left_out() -> None:
    every, told = Undertakings(), []
    every.begin(Ring(A))
    every.begin(Search(B))
    for one in every:
        every.over(Ring)
        told.append(type(one))
    assert told == [Ring, Search]
