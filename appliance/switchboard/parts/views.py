"""What can be seen of the box from outside: what is going on now, and the metrics."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from appliance.switchboard.api.live import Live
from appliance.switchboard.cloud.live_view import LiveView
from appliance.switchboard.measuring.measuring import Measuring
from appliance.switchboard.measuring.present import Present
from appliance.switchboard.parts.ground import Ground
from appliance.switchboard.parts.under_way import UnderWay


class Views:
    """All of them read only."""

    def __init__(self, ground: Ground, under_way: UnderWay, more_warnings: Callable[[], list[str]]) -> None:
        numbers, routing = under_way.days.numbers, under_way.routing
        present = Present(acd=routing.acd, contacts=under_way.contacts, numbers=numbers, clock=ground.clock)
        self.live = Live(
            routing=routing,
            contacts=under_way.contacts,
            orders=under_way.orders,
            edge=ground.edge,
            watch=ground.watch,
            numbers=numbers,
            present=present,
            clock=ground.clock,
        )
        self.measuring = Measuring(
            live=self.live,
            present=present,
            store=ground.store,
            acd=routing.acd,
            edge=ground.edge,
            settings=ground.settings,
            clock=ground.clock,
        )
        self.live_view = LiveView(
            acd=routing.acd,
            contacts=under_way.contacts,
            present=present,
            watch=ground.watch,
            ledger=ground.ledger,
            store=ground.store,
            settings=ground.settings,
            clock=ground.clock,
            version=version("linekeeper"),
            more_warnings=more_warnings,
        )
