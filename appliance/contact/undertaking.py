"""What may be under way in a contact, most with legs of its own: an offer, a transfer, a consult, a search, a joint …

The contact asks each in turn whose leg it is; who owns the leg deals with what happens to it. Knows none of them: who
needs a certain one asks for its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar, cast

from appliance.contact.sip.leg import Leg
from appliance.ids import Extension

Kind = TypeVar("Kind", bound="Undertaking")


class Undertaking:
    """One of them, for as long as it lasts. What isn't its business it leaves as it is here: without effect."""

    @property
    def has_target(self) -> bool:
        """Somebody is rung or consulted for the talker, so that a transfer or consult can't begin."""
        return False

    @property
    def has_agent(self) -> bool:
        """An agent has part in the contact although nobody talks yet."""
        return False

    @property
    def holds_place(self) -> bool:
        """The customer waits in a queue."""
        return False

    def owns(self, leg: Leg) -> bool:
        """Whether `leg` is its own."""
        return False

    def ringing(self, leg: Leg, status: int) -> None:
        """180 or 183 with or without sound (`leg.early`)."""

    def answered(self, leg: Leg) -> None:
        """Its leg is up."""

    def leg_ended(self, leg: Leg, status: int) -> None:
        """Whatever the reason; `status` is the final SIP status."""

    def ordered(self, members: Sequence[str]) -> None:
        """The switchboard says whose turn it is in a group that it may be ringing."""

    def picked_up(self, leg: Leg) -> bool:
        """Another phone takes the call that rings here: `leg` instead of who rings. False where nobody does."""
        return False

    def replaced(self, old: Leg, new: Leg) -> None:
        """`new` stands where `old` stood."""

    def talk_begins(self, extension: Extension | None) -> None:
        """Somebody, at `extension` if inside, talks with the customer from now on."""

    def cast_off(self) -> None:
        """The customer goes on without the talker of whom it was."""

    def moved(self) -> None:
        """The contact goes on in its next segment."""

    def abandon(self, *, customer_left: bool) -> None:
        """The contact is over. Its legs are hung up by who ends it."""


class Undertakings:
    """Those of one contact, at most one of a kind; first whichever began first."""

    def __init__(self) -> None:
        self._every: dict[type[Undertaking], Undertaking] = {}

    def __iter__(self) -> Iterator[Undertaking]:
        return iter(tuple(self._every.values()))

    def __contains__(self, kind: type[Undertaking]) -> bool:
        return kind in self._every

    def __getitem__(self, kind: type[Kind]) -> Kind:
        """The one of that kind, where it is always there. Raises KeyError."""
        return cast(Kind, self._every[kind])

    def get(self, kind: type[Kind]) -> Kind | None:
        """The one of that kind, None where there is none."""
        return cast("Kind | None", self._every.get(kind))

    def begin(self, one: Kind) -> Kind:
        """It is under way from now on, instead of any other of its kind."""
        self._every.pop(type(one), None)
        self._every[type(one)] = one
        return one

    def over(self, kind: type[Undertaking]) -> None:
        """None of that kind is under way any more."""
        self._every.pop(kind, None)

    def whose(self, leg: Leg) -> Undertaking | None:
        """Who owns `leg`."""
        return next((one for one in self if one.owns(leg)), None)
