"""Sends webhooks as long as the process runs: a task for each that is on, woken by notices and by the clock."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from appliance.console.context import Console
from appliance.console.notices import Listener, Topic
from appliance.console.webhooks.addresses import networks_of
from appliance.console.webhooks.outside import Outside
from appliance.console.webhooks.sending import Sender
from appliance.errors import ConsoleError

log = logging.getLogger(__name__)
LOOK_S: Final = 30.0  # notices may be lost, and deliveries of a process that died become free
SWEEP_S: Final = 3600.0
_BREATH_S: Final = 5.0


async def run(console: Console) -> None:
    """Ends only when it is cancelled."""
    async with Outside(allowed=networks_of(console.settings.webhook_networks)) as outside:
        sender = Sender(console, outside)
        async with asyncio.TaskGroup() as group:
            group.create_task(_sweep_always(sender))
            group.create_task(_keep_workers(console, sender, group))


async def _keep_workers(console: Console, sender: Sender, group: asyncio.TaskGroup) -> None:
    """One for each webhook that is on; who is switched off or removed ends by itself."""
    workers: dict[str, asyncio.Task[None]] = {}
    with console.notices.listening(Topic.WEBHOOKS) as listener:
        while True:
            for webhook in await _asked(sender):
                if webhook not in workers or workers[webhook].done():
                    workers[webhook] = group.create_task(_work(console, sender, webhook))
            await _notice(listener, LOOK_S)


async def _work(console: Console, sender: Sender, webhook: str) -> None:
    """Until it is no longer on."""
    with console.notices.listening(Topic.WEBHOOKS) as listener:
        while webhook in await _asked(sender):
            try:
                due_s = await sender.due_s(webhook)
                if due_s == 0.0 and await sender.round(webhook):
                    continue
            except (SQLAlchemyError, ConsoleError) as error:
                log.warning("webhook %s waits: %s", webhook, error)
                due_s = _BREATH_S
            await _notice(listener, LOOK_S if due_s is None else min(due_s, LOOK_S))


async def _asked(sender: Sender) -> frozenset[str]:
    try:
        return await sender.webhooks()
    except (SQLAlchemyError, ConsoleError) as error:
        log.warning("webhooks wait: %s", error)
        return frozenset()


async def _notice(listener: Listener, seconds: float) -> None:
    """Something may have changed, or the time is over."""
    try:
        async with asyncio.timeout(max(seconds, 0.05)):
            await listener.changed()
    except TimeoutError:
        return


async def _sweep_always(sender: Sender) -> None:
    while True:
        try:
            await sender.sweep()
        except (SQLAlchemyError, ConsoleError) as error:
            log.warning("old deliveries of webhooks stay: %s", error)
        await asyncio.sleep(SWEEP_S)
