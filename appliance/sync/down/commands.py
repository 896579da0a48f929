"""Commands of the console: restart, logs, erase, renew, resend. What came of each is returned, never raised."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from appliance.cloud.orders import BoxService, Command, CommandKind
from appliance.errors import ApplianceError, RequestError
from appliance.store.store import Store
from appliance.sync.down.restarting import named, restart
from appliance.sync.ground import Ground
from appliance.sync.identity.enrolling import renew
from appliance.sync.identity.identity import load_identity
from appliance.sync.identity.machine import machine_id

LOG_BYTES = 200_000  # the newest
LOG_TIMEOUT_S = 60.0
JOURNAL = "/usr/bin/journalctl"
AT_ONCE = 5000


class Afterwards(enum.StrEnum):
    """What follows once the result is on the disk."""

    NOTHING = "nothing"
    IDENTITY_CHANGED = "identity_changed"
    END = "end"  # this service, which its supervisor starts again


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """text: for a person at the console."""

    ok: bool
    text: str
    afterwards: Afterwards = Afterwards.NOTHING


async def carry_out(ground: Ground, order: Command) -> Result:
    """What came of it; whatever goes wrong is a result, too."""
    if ground.clock().wall_s > order.expires_s:
        return Result(ok=False, text="it came too late")
    try:
        text = await _WORK[order.command](ground, order)
    except (ApplianceError, OSError, ValueError, TimeoutError) as error:
        return Result(ok=False, text=str(error) or "no answer in time")
    return Result(ok=True, text=text, afterwards=_afterwards(order))


def _afterwards(order: Command) -> Afterwards:
    if order.command is CommandKind.RENEW_CERTIFICATE:
        return Afterwards.IDENTITY_CHANGED
    restarts_sync = order.command is CommandKind.RESTART and order.arguments.get("service") == BoxService.SYNC
    return Afterwards.END if restarts_sync else Afterwards.NOTHING


async def _restart(ground: Ground, order: Command) -> str:
    """Told when the service serves again; of this one by its next process (`Workman`)."""
    service = named(order.arguments.get("service", ""))
    if service is BoxService.SYNC:
        return "sync serves again"
    return await restart(ground.paths.restart_socket, service, order=order.number)


async def _logs(ground: Ground, order: Command) -> str:
    """The newest of the journal, in which numbers are masked."""
    hours = float(order.arguments.get("hours", "24"))
    if not 0 < hours <= 24 * 31:
        raise RequestError(f"logs of {hours:g} hours can't be collected; ask for 1 to 744")
    since = f"-{max(1, round(hours * 60))}min"
    words = (JOURNAL, "--unit=linekeeper*", f"--since={since}", "--output=short-iso", "--no-pager", "--quiet")
    child = await asyncio.create_subprocess_exec(
        *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(LOG_TIMEOUT_S):
            said, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    text = said[-LOG_BYTES:].decode(errors="replace")
    if child.returncode != 0:
        raise RequestError(f"the journal can't be read: {text[:500].strip()}")
    return text or "the journal has nothing of Linekeeper"


async def _erase(ground: Ground, order: Command) -> str:
    """Every contact's recordings, messages and personal data; a legal hold wins."""
    contacts = await asyncio.to_thread(_contacts, ground.paths.store)
    held = 0
    for start in range(0, len(contacts), AT_ONCE):
        some = contacts[start : start + AT_ONCE]
        request = f"erase-{order.number}-{start}"
        done = await ground.switchboard.call(
            "erasure.carry_out", request=request, number=order.number, contacts=some
        )  # fmt: skip
        held += len(done.get("held", ())) if isinstance(done, dict) else 0
    return f"{len(contacts) - held} contacts erased, {held} kept by a legal hold"


def _contacts(path: Path) -> list[str]:
    with Store.open_read_only(path) as store:
        return [str(row.contact) for row in store.contacts.latest(10_000_000)]


async def _renew(ground: Ground, order: Command) -> str:
    new = await renew(ground.paths.data, load_identity(ground.paths.data), machine=machine_id())
    return f"the new certificate holds until {new.certificate.not_valid_after_utc:%Y-%m-%d}"


async def _resend(ground: Ground, order: Command) -> str:
    contacts = order.arguments.get("contacts", "").split()
    done = await ground.switchboard.call("outbox.resend", contacts=contacts)
    return f"{len(done['sent'])} records go out once more, {len(done['unknown'])} have none"


_WORK: dict[CommandKind, Callable[[Ground, Command], Awaitable[str]]] = {
    CommandKind.RESTART: _restart,
    CommandKind.COLLECT_LOGS: _logs,
    CommandKind.ERASE: _erase,
    CommandKind.RENEW_CERTIFICATE: _renew,
    CommandKind.RESEND: _resend,
}
