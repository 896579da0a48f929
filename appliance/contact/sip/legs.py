"""The legs of a contact that are up, and the segment each one is written down in.

Knows how a leg is made and dialled by way of the edge; what its answer or end means is the contact's business.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import msgspec
import pjsua2 as pj

from appliance.contact.segment import Segment
from appliance.contact.services import Services
from appliance.contact.sip.identity import name_addr, shown_outside
from appliance.contact.sip.leg import Leg, LegOwner
from appliance.contact.sip.ringing import labelled
from appliance.errors import ContactError
from appliance.events import AnyBody, Endpoint, LegAnswered, LegRole, LegStarted
from appliance.ids import AgentId, ContactId, Extension, LegId
from appliance.logs import fields

_log = logging.getLogger(__name__)


class Legs:
    """At most four at a time (pjsua2's wheel is built for four calls)."""

    def __init__(self, services: Services, owner: LegOwner, *, count: int = 0) -> None:
        """`count`: legs are numbered from the next one."""
        self.identity = ""  # From of the legs we dial, a name-addr
        self._services = services
        self.owner = owner  # who hears of them
        self._legs: dict[LegId, Leg] = {}
        self._segments: dict[LegId, Segment] = {}
        self._count = count

    def __iter__(self) -> Iterator[Leg]:
        return iter(tuple(self._legs.values()))

    def __len__(self) -> int:
        return len(self._legs)

    def get(self, leg: LegId) -> Leg | None:
        """The leg of that id, while it is up."""
        return self._legs.get(leg)

    def adopt(self, leg: Leg) -> None:
        """Hold the incoming leg."""
        self._legs[leg.leg] = leg

    def new(
        self,
        role: LegRole,
        *,
        agent: AgentId | None = None,
        extension: Extension | None = None,
        direct: bool = False,
    ) -> Leg:
        """A leg that has still to be dialled; `direct`: to another contact process, past the edge."""
        account = self._services.direct if direct else self._services.account
        leg = Leg(account, self.owner, self._next_id(role), role)
        leg.agent, leg.extension = agent, extension
        self._legs[leg.leg] = leg
        return leg

    def take(self, account: pj.Account, call_id: int, role: LegRole) -> Leg:
        """One that has come to us while others are up."""
        leg = Leg(account, self.owner, self._next_id(role), role, call_id)
        self._legs[leg.leg] = leg
        return leg

    def _next_id(self, role: LegRole) -> LegId:
        self._count += 1
        return LegId(f"{role.value}-{self._count}")

    def dial_process(self, leg: Leg, user: str, port: int, contact: ContactId) -> None:
        """Send the INVITE to the contact process at `port`. Raises ContactError as `dial`."""
        self._send(leg, f"sip:{user}@127.0.0.1:{port}", self.identity, {}, contact)

    def dial(
        self, leg: Leg, target: str, contact: ContactId, *, outside: bool = False, caller: Endpoint | None = None
    ) -> None:
        """Send the INVITE by way of the edge, in the name of `caller` where one is given. Raises ContactError when it
        can't even be sent; the leg is gone then."""
        headers = {"X-Linekeeper-Contact": str(contact), **leg.headers}
        if outside:
            headers |= {"X-Linekeeper-Trunk": "any"} | shown_outside(caller)
        identity = name_addr(caller, self._services.settings.domain) if caller is not None else self.identity
        uri = f"sip:{target}@127.0.0.1:{self._services.settings.edge_port}"
        self._send(leg, uri, identity, headers, contact)

    def _send(self, leg: Leg, uri: str, caller: str, headers: dict[str, str], contact: ContactId) -> None:
        try:
            leg.dial(uri, caller=labelled(caller, leg.label), headers=headers)
        except ContactError as error:
            self._legs.pop(leg.leg, None)
            _log.error("%s", error, extra=fields(contact=contact, leg=leg.leg))
            raise

    def note(self, leg: Leg, uri: str, segment: Segment) -> None:
        """Write down in `segment` that the leg exists."""
        self._segments[leg.leg] = segment
        segment.leg_up(leg.leg)
        segment.emit(
            LegStarted(
                leg=leg.leg,
                role=leg.role,
                uri=uri,
                sip_call_id=leg.sip_call_id(),
                outgoing=not leg.incoming,
                agent=leg.agent,
                extension=leg.extension,
                members=leg.members,
            )
        )

    def move(self, leg: Leg, segment: Segment) -> None:
        """The answered leg goes on in `segment`."""
        before = self._segments.get(leg.leg)
        self.note(leg, str(leg.getInfo().remoteUri), segment)
        segment.emit(answered(leg))
        if before is not None and before is not segment:
            before.leg_down(leg.leg)

    def tell(self, leg: Leg, body: AnyBody) -> None:
        """Write `body` where the leg is written down."""
        if (segment := self._segments.get(leg.leg)) is not None:
            segment.emit(body)

    def gone(self, leg: Leg, body: AnyBody) -> None:
        """The leg is down: `body` is the last word on it."""
        self._legs.pop(leg.leg, None)
        segment = self._segments.pop(leg.leg, None)
        if segment is not None:
            segment.emit(body)
            segment.leg_down(leg.leg)


def answered(leg: Leg) -> LegAnswered:
    """What is written down when `leg` has answered; of several phones, whose it was."""
    body = LegAnswered(leg=leg.leg, codec=leg.codec, trunk=leg.trunk)
    return msgspec.structs.replace(body, extension=leg.extension, agent=leg.agent) if leg.members else body
