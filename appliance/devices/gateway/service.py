"""Watches the gateways of a box: pings each, asks the edge for its calls, shows its line on the board."""

from __future__ import annotations

import logging
import os
import secrets
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from appliance.devices.gateway.options import Asked
from appliance.devices.gateway.watch import GatewayWatch
from appliance.devices.line.board import Board, LineShown
from appliance.edge.requests import trunk_calls
from appliance.edge.rpc import EdgeLink
from appliance.errors import EdgeError
from appliance.ids import TrunkId
from appliance.logs import fields
from hw.line.signals import CallArrived
from hw.line.states import LineState

LOOK_S = 1.0
PING_S = 10.0
ANSWER_S = 0.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """name: of line and trunk; host, port: where the gateway takes calls."""

    name: str
    number: str
    host: str
    port: int


@dataclass(slots=True, kw_only=True)
class _Watched:
    gateway: Gateway
    board: Board
    watch: GatewayWatch = field(default_factory=GatewayWatch)
    state: LineState = LineState.IDLE
    since: float = field(default_factory=time.time)
    ping_at: float = 0.0


class GatewayService:
    """`turn` is called about once in LOOK_S."""

    def __init__(self, gateways: Sequence[Gateway], edge: EdgeLink, run: Path) -> None:
        self._edge = edge
        self._watched = [_Watched(gateway=gateway, board=Board(run)) for gateway in gateways]

    def turn(self, now: float) -> None:
        """now: monotonic seconds."""
        for watched in self._watched:
            if watched.ping_at <= now:
                answered = answers(watched.gateway)
                watched.ping_at = now + (PING_S if answered else LOOK_S)
                watched.watch.pinged(now, answered=answered)
            self._look(watched, now)
            self._show(watched)

    def close(self) -> None:
        for watched in self._watched:
            watched.board.take_down()

    def _look(self, watched: _Watched, now: float) -> None:
        name = watched.gateway.name
        try:
            calls = self._edge.run(trunk_calls(TrunkId(name)))
        except EdgeError as error:
            _log.debug("the calls of line %s are not known: %s", name, error)
            return
        for event in watched.watch.seen(calls, now):
            what = "rings" if isinstance(event, CallArrived) else f"call ends: {watched.watch.last_end}"
            _log.info("line %s: %s", name, what, extra=fields(trunk=TrunkId(name)))

    def _show(self, watched: _Watched) -> None:
        watch, gateway = watched.watch, watched.gateway
        if watch.state is not watched.state:
            watched.state, watched.since = watch.state, time.time()
            if watch.state is LineState.NO_LINE:
                _log.warning("gateway of line %s doesn't answer; check its power and cable", gateway.name)
        shown = LineShown(
            line=gateway.name,
            kind="sipfxo",
            number=gateway.number,
            state=watch.state.value,
            since=watched.since,
            device=f"{gateway.host}:{gateway.port}",
            model="SIP gateway",
            calls_in=watch.calls_in,
            calls_out=watch.calls_out,
            last_end=watch.last_end,
            pid=os.getpid(),
        )
        try:
            watched.board.show(shown)
        except OSError as error:
            _log.warning("line %s can't be shown: %s", gateway.name, error)


def answers(gateway: Gateway) -> bool:
    """Whether the gateway answers an OPTIONS within ANSWER_S."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((gateway.host, gateway.port))
            address, port = asking.getsockname()
            asked = Asked(
                host=gateway.host,
                port=gateway.port,
                own_address=address,
                own_port=port,
                token=secrets.token_hex(8),
            )
            asking.send(asked.message())
            until = time.monotonic() + ANSWER_S
            while (left := until - time.monotonic()) > 0 and select.select([asking], [], [], left)[0]:
                if asked.is_answer(asking.recv(65536)):
                    return True
        except OSError as error:
            _log.debug("gateway of line %s: %s", gateway.name, error)
    return False
