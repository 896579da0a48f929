"""What everything else stands on: configuration, clock, store, ledger, the way to the edge, the dial plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from appliance.clock import Clock
from appliance.dialplan import DialPlan
from appliance.edge.requests import end_dialog
from appliance.edge.rpc import AsyncEdgeLink
from appliance.switchboard.edge_watch import EdgeWatch
from appliance.switchboard.ledger import Ledger
from appliance.switchboard.publication.publish import Publisher
from appliance.switchboard.settings import Settings
from appliance.switchboard.store_thread import StoreThread


class Ground:
    """`plan_watchers` are told when another dial plan was published."""

    def __init__(self, config_file: Path, clock: Clock) -> None:
        """Raises ConfigError."""
        self.settings = Settings(config_file)
        self.paths = self.settings.paths
        self.clock = clock
        self.store = StoreThread(self.paths.store)
        self.ledger = Ledger(self.store)
        self.edge = AsyncEdgeLink(self.paths.edge_rpc_socket)
        self.watch = EdgeWatch(edge=self.edge, store=self.store, clock=clock)
        self.plan_watchers: list[Callable[[], None]] = []
        self.publisher = Publisher(self.store, self.paths, self._plan_changed)

    @property
    def box(self) -> str:
        """Its name."""
        return self.settings.configuration.box.name

    def plan(self) -> DialPlan:
        """The one published last."""
        return self.publisher.plan

    async def publish(self) -> None:
        """What store and configuration say now. Raises RequestError (`disk`) where it can't be written."""
        await self.publisher.refresh(self.settings.configuration)

    async def end_dialog(self, sip_call_id: str) -> int:
        """As `AsyncEdgeLink.run`: how many dialogs the edge has ended."""
        return await self.edge.run(end_dialog(sip_call_id))

    def _plan_changed(self) -> None:
        for told in self.plan_watchers:
            told()
