"""What happens to an errand: what `machine.step` consumes."""

from __future__ import annotations

import msgspec

from appliance.acd.errands.errand import Outcome
from appliance.ids import OfferId


class ErrandEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what `step` consumes."""


class TimeCame(ErrandEvent, frozen=True, kw_only=True):
    """The errand may enter its queue now."""


class Offered(ErrandEvent, frozen=True, kw_only=True):
    """The ACD has chosen an agent: `offer` is to be the lease."""

    offer: OfferId


class OfferEnded(ErrandEvent, frozen=True, kw_only=True):
    """The agent did not take it, or was never rung: the lease is void."""

    offer: OfferId


class AgentTook(ErrandEvent, frozen=True, kw_only=True):
    """An agent has picked up; the customer is dialled after this was written down."""


class CustomerAnswered(ErrandEvent, frozen=True, kw_only=True):
    """They talk."""


class AttemptEnded(ErrandEvent, frozen=True, kw_only=True):
    """The attempt's contact is over. `outcome` counts only if an agent had taken it."""

    outcome: Outcome


class Cancelled(ErrandEvent, frozen=True, kw_only=True):
    """Somebody doesn't want the customer to be called any more; a call under way is the last one."""


class Recalled(ErrandEvent, frozen=True, kw_only=True):
    """A record of a campaign is not to be called just now (stopped, calling hours over, no agent): it waits again."""


class Struck(ErrandEvent, frozen=True, kw_only=True):
    """The number came onto a do-not-call list."""
