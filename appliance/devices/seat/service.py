"""One headset's process: finds its device and its entry in the configuration, signs its agent in, keeps the seat.

The only place of `seat` that reads the configuration, the registry of drivers and the clock.
"""

from __future__ import annotations

import logging
import math
import signal
import threading
import time
from pathlib import Path
from typing import Any, TextIO

import msgspec

from appliance import clock
from appliance.cloud.noted import DEVICE, DeviceNote
from appliance.config.address import edge_address
from appliance.config.contact_settings import box_paths
from appliance.config.headsets import headset_entry
from appliance.config.lastgood import LastGood
from appliance.config.passwords import read_password
from appliance.config.schema import Configuration
from appliance.config.schema import Headset as Entry
from appliance.devices.agent import last_words
from appliance.devices.agent.settings import AgentSettings
from appliance.devices.box_api import Asked, BoxApi
from appliance.devices.keep_alive import KeepAlive
from appliance.devices.seat.hygiene import Use, note_use
from appliance.devices.seat.seat import Seat
from appliance.errors import DevicesError
from hw.audio.echo import SpeexCanceller
from hw.audio.exchange import CALL_RATE_HZ, SoundExchange
from hw.devices import Found, Kind
from hw.errors import DeviceAbsentError, HwError
from hw.headset.interface import Headset, HeadsetBackend
from hw.headset.mock import MockHeadsets
from hw.registry import Registry

ECHO_TAIL_MS = 240  # both buffers, the device's own delay, and a room
LOOK_S = 1.0  # for a headset to be plugged in
REFUSED_S = 60.0  # until an agent who could not be signed in is tried again
log = logging.getLogger(__name__)


class NoEntryError(DevicesError):
    """A headset that nobody has given an extension."""


class SeatService:
    """`run` once. Raises ApplianceError, HwError."""

    def __init__(self, config_file: Path, device: str, registry: Registry, *, wait: bool = False) -> None:
        self._configuration: Configuration = LastGood(config_file, keep=False).load().configuration
        self._paths = box_paths(self._configuration)
        self._registry = registry
        self._device = device
        self._wait = wait
        self._stopping = threading.Event()
        self._keep_alive = KeepAlive()
        self._sign_in_at = math.inf
        self._api = BoxApi(self._paths.api_socket)

    def run(self, wearer: TextIO | None = None) -> int:
        """The exit status."""
        try:
            return self._run(wearer)
        finally:
            self._api.close()

    def _run(self, wearer: TextIO | None) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        if self._wait:
            self._keep_alive.ready("waits for a headset")
        found = self._found()
        if found is None:
            return 0
        entry = self._entry(found)
        backend = self._registry.headsets(found.driver)
        with Headset(backend.open(found)) as headset:
            settings = self._agent_settings(entry)
            if last_words.say(self._last_words(entry), settings.edge):
                log.warning("the process before this one died in a call; the box looks after the other party")
            seat = Seat(
                settings,
                headset,
                lambda exchange: backend.open_sound(found, exchange),
                rings=entry.ring,
                make_exchange=lambda: _exchange(entry),
                used=lambda: self._note_use(found, entry),
                leave=lambda bye: self._leave(entry, bye),
            )
            if wearer is not None:
                _wear(backend, found, wearer)
            self._serve(seat, found, entry)
        return 0

    def _serve(self, seat: Seat, found: Found, entry: Entry) -> None:
        log.info("headset %s is extension %s", found.serial or found.address, entry.extension)
        self._note(found, "there", f"extension {entry.extension}")
        self._sign_in(entry)
        self._keep_alive.ready(seat.status)
        said = seat.status
        while not seat.gone and not self._stopping.is_set():
            seat.turn()
            self._keep_alive.turn(time.monotonic())
            if time.monotonic() >= self._sign_in_at:
                self._sign_in(entry)
            if said != seat.status:
                said = seat.status
                self._keep_alive.status(said)
        self._keep_alive.stopping()
        if entry.agent is not None:
            self._api.ask(Asked(op="agent.logout", args={"agent": entry.agent}))
        if seat.gone:
            log.warning("%s", seat.gone)
        self._note(found, "gone", seat.gone)
        seat.close(lost=True)

    def _sign_in(self, entry: Entry) -> None:
        """The agent sits here from now on; one whom the switchboard doesn't know (yet) is tried again."""
        self._sign_in_at = math.inf

        def answered(row: Any) -> None:
            if row is None:
                self._sign_in_at = time.monotonic() + REFUSED_S

        if entry.agent is not None:
            args = {"agent": entry.agent, "extension": entry.extension}
            self._api.ask(Asked(op="agent.login", args=args, then=answered))

    def _note(self, found: Found, state: str, text: str) -> None:
        """For the console, where the box belongs to one; see `appliance.cloud.noted`."""
        note = DeviceNote(
            at=clock.now(), device=found.serial or found.address, kind=Kind.HEADSET.value, state=state, text=text
        )
        args = {"kind": DEVICE, "content": msgspec.to_builtins(note)}
        self._api.ask(Asked(op="outbox.note", args=args, tries=3))

    # ── device and entry ─────────────────────────────────────────────────────────────────────────────────────────

    def _found(self) -> Found | None:
        """None where we were stopped before it came. Raises DeviceAbsentError."""
        while not self._stopping.is_set():
            headsets = [one for one in self._registry.find() if one.kind is Kind.HEADSET]
            fitting = [one for one in headsets if self._device in ("", one.address, one.stable, one.serial)]
            if not self._device:
                fitting = [one for one in fitting if headset_entry(self._configuration, _names(one)) is not None]
            if fitting:
                return fitting[0]
            if not self._wait:
                raise DeviceAbsentError(
                    f"no headset {self._device or 'of the configuration'}; 'linekeeper device list' shows what there is"
                )
            self._stopping.wait(LOOK_S)
            self._keep_alive.turn(time.monotonic())
        return None

    def _entry(self, found: Found) -> Entry:
        entry = headset_entry(self._configuration, _names(found))
        if entry is None:
            name = found.serial or found.address
            raise NoEntryError(f'headset {name} has no extension; add [[headsets]] with device = "{name}"')
        return entry

    def _agent_settings(self, entry: Entry) -> AgentSettings:
        configuration = self._configuration
        try:
            password = read_password(entry.password_file)
        except OSError as error:
            raise DevicesError(f"password file {entry.password_file} can't be read: {error.strerror}") from error
        return AgentSettings(
            user=entry.extension,
            edge=f"{edge_address(configuration)}:{configuration.edge.port}",
            password=password,
            product="Linekeeper headset",
        )

    def _last_words(self, entry: Entry) -> Path:
        return self._paths.run / f"headset-{entry.extension}.call"

    def _leave(self, entry: Entry, bye: str) -> None:
        try:
            last_words.leave(self._last_words(entry), bye)
        except OSError as error:
            log.warning("%s can't be written: %s", error.filename, error.strerror)

    # ── hygiene ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _note_use(self, found: Found, entry: Entry) -> None:
        at = time.time()

        def note(agents: Any) -> None:
            sits = [row["agent"] for row in agents or () if row.get("extension") == entry.extension]
            use = Use(
                at=at,
                headset=found.serial or found.address,
                extension=entry.extension,
                agent=sits[0] if sits else "",
            )
            try:
                note_use(self._paths.headset_uses, use)
            except OSError as error:
                log.warning("%s can't be written: %s", self._paths.headset_uses, error.strerror)

        self._api.ask(Asked(op="agent.list", then=note, tries=1))


def _exchange(entry: Entry) -> SoundExchange:
    """For one call."""
    canceller = SpeexCanceller(ECHO_TAIL_MS) if entry.echo else None
    block = entry.block_ms * CALL_RATE_HZ // 1000
    return SoundExchange(side_tone=entry.side_tone, canceller=canceller, block_samples=block)


def _names(found: Found) -> tuple[str, ...]:
    return tuple(name for name in (found.serial, found.address, found.stable) if name)


def _wear(backend: HeadsetBackend, found: Found, words: TextIO) -> None:
    """A thread that does what `words` say. Raises DevicesError for a headset that somebody really wears."""
    if not isinstance(backend, MockHeadsets):
        raise DevicesError("--wearer is for a mock; set LINEKEEPER_HW=mock")
    wearer = backend.wearer(found)

    def obey() -> None:
        for line in words:
            try:
                print(wearer.obey(line), flush=True)
            except HwError as error:
                print(f"fault: {error}", flush=True)

    threading.Thread(target=obey, name="wearer", daemon=True).start()
