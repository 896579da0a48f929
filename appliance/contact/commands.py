"""Carries out what the switchboard asks of the contact under way. A command that no longer fits changes nothing.

What people ask of a talk is in `talk.talk_commands`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appliance.contact import protocol as p
from appliance.contact.begin.origination import Origination
from appliance.contact.contact import Contact
from appliance.contact.flows.queue_stay import QueueStay, queue_refused
from appliance.contact.talk.joining import Joining
from appliance.contact.talk.paging import Paging
from appliance.contact.talk.parking import park
from appliance.contact.talk.talk_commands import TALK_COMMANDS
from appliance.flow import events as e

UNKNOWN = "this process does not know the command"


def obey(contact: Contact, command: p.Command) -> str:
    """Do what `command` says. Why nothing was done, "" where it was (or where nobody would ask)."""
    action = _ACTIONS.get(type(command))
    return UNKNOWN if action is None else action(contact, command) or ""


def _accept(contact: Contact, command: p.AcceptIntoQueue) -> None:
    if (stay := contact.under_way.get(QueueStay)) is not None:
        stay.accept(command)


def _refuse(contact: Contact, command: p.RefuseQueue) -> None:
    stay = contact.under_way.get(QueueStay)
    if stay is not None and not stay.accepted:
        queue_refused(contact, command.error)


def _position(contact: Contact, command: p.UpdateQueuePosition) -> None:
    contact.flow.know_metrics({"Contact.PositionInQueue": str(command.position), **command.metrics})


def _metrics(contact: Contact, command: p.TellMetrics) -> None:
    if command.metrics:
        contact.flow.know_metrics(command.metrics)
    else:
        contact.flow.tell(e.MetricsFailed(reason="no such queue or agent"))


def _turn(contact: Contact, command: p.TellTurn) -> None:
    for one in contact.under_way:
        one.ordered(command.members)


def _page(contact: Contact, command: p.PagePhones) -> None:
    if (paging := contact.under_way.get(Paging)) is not None:
        paging.page(command.extensions, others=command.others)


def _offer(contact: Contact, command: p.OfferContact) -> None:
    if (stay := contact.under_way.get(QueueStay)) is not None:
        stay.offer(command)


def _withdraw(contact: Contact, command: p.WithdrawOffer) -> None:
    stay, origination = contact.under_way.get(QueueStay), contact.under_way.get(Origination)
    if stay is not None:
        stay.withdraw(command)
    elif origination is not None:
        origination.withdraw(command)


def _preview(contact: Contact, command: p.AnswerPreview) -> str:
    origination = contact.under_way.get(Origination)
    if origination is None or not origination.press("1" if command.call else "2"):
        return "nobody is shown its record now"
    return ""


_ACTIONS: dict[type[p.Command], Callable[[Contact, Any], str | None]] = {
    **TALK_COMMANDS,
    p.AcceptIntoQueue: _accept,
    p.RefuseQueue: _refuse,
    p.UpdateQueuePosition: _position,
    p.TellMetrics: _metrics,
    p.TellTurn: _turn,
    p.ParkContact: park,
    p.PagePhones: _page,
    p.OfferContact: _offer,
    p.WithdrawOffer: _withdraw,
    p.ExpectJoin: lambda contact, command: contact.under_way[Joining].expected.announce(command),
    p.JoinContact: lambda contact, command: contact.under_way[Joining].join(command),
    p.SetMonitorMode: lambda contact, command: contact.under_way[Joining].set_mode(command),
    p.AnswerPreview: _preview,
}
