"""The last offer numbers of contacts that left, because an offer id must not come twice when one comes back."""

from __future__ import annotations

from itertools import islice

from appliance.ids import ContactId

NUMBERS_KEPT = 4096  # far more contacts than a branch has under way


class OfferNumbers:
    """The oldest half is forgotten when there are too many."""

    def __init__(self) -> None:
        self._numbers: dict[ContactId, int] = {}

    def note(self, contact: ContactId, number: int) -> None:
        """`contact` leaves after so many offers."""
        if number:
            self._numbers.pop(contact, None)
            self._numbers[contact] = number
        if len(self._numbers) > NUMBERS_KEPT:
            for old in list(islice(self._numbers, NUMBERS_KEPT // 2)):
                del self._numbers[old]

    def of(self, contact: ContactId) -> int:
        """0 for one that is not remembered."""
        return self._numbers.get(contact, 0)

    def __len__(self) -> int:
        return len(self._numbers)
