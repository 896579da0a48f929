"""What is to be done for an errand: what `machine.step` returns."""

from __future__ import annotations

import msgspec

from appliance.acd.errands.errand import Outcome
from appliance.ids import ContactId, OfferId


class ErrandCommand(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what `step` returns; in this order, after the errand was stored."""


class BeginContact(ErrandCommand, frozen=True, kw_only=True):
    """The contact of the errand's attempt begins, without a process."""


class JoinQueue(ErrandCommand, frozen=True, kw_only=True):
    """The errand's contact takes its place in the queue."""


class GiveLease(ErrandCommand, frozen=True, kw_only=True):
    """A process may ring the agent of `offer` and dial."""

    offer: OfferId


class LinkAttempts(ErrandCommand, frozen=True, kw_only=True):
    """`before` came to nothing; the errand's contact is the next attempt."""

    before: ContactId
    outcome: Outcome


class EndContact(ErrandCommand, frozen=True, kw_only=True):
    """The attempt's contact is not wanted any more."""

    contact: ContactId
