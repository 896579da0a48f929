"""Carries out what the switchboard asks of the contact under way. A command that no longer fits is ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from appliance.contact import protocol as p
from appliance.contact.contact import Contact
from appliance.contact.media.conversation import BY_COMMAND
from appliance.contact.media.hearing import Mode
from appliance.contact.talk.consult import consult
from appliance.contact.talk.keypad import press
from appliance.contact.talk.muting import set_muted
from appliance.contact.talk.parking import park
from appliance.contact.talk.transfer import transfer
from appliance.flow import events as e
from appliance.ids import AgentId


def obey(contact: Contact, command: p.Command) -> None:
    """Do what `command` says."""
    action = _ACTIONS.get(type(command))
    if action is not None:
        action(contact, command)


def _accept(contact: Contact, command: p.AcceptIntoQueue) -> None:
    if contact.stay is not None:
        contact.stay.accept(command)


def _refuse(contact: Contact, command: p.RefuseQueue) -> None:
    if contact.stay is not None and not contact.stay.accepted:
        contact.queue_refused(command.error)


def _position(contact: Contact, command: p.UpdateQueuePosition) -> None:
    contact.flow.know_metrics({"Contact.PositionInQueue": str(command.position), **command.metrics})


def _metrics(contact: Contact, command: p.TellMetrics) -> None:
    if command.metrics:
        contact.flow.know_metrics(command.metrics)
    else:
        contact.flow.tell(e.MetricsFailed(reason="no such queue or agent"))


def _turn(contact: Contact, command: p.TellTurn) -> None:
    third_party = contact.third_party
    for one in (
        contact.search,
        contact.transfer,
        contact.parking,
        third_party.search if third_party is not None else None,
    ):
        if one is not None:
            one.ordered(command.members)


def _page(contact: Contact, command: p.PagePhones) -> None:
    if contact.paging is not None:
        contact.paging.page(command.extensions, others=command.others)


def _offer(contact: Contact, command: p.OfferContact) -> None:
    if contact.stay is not None:
        contact.stay.offer(command)


def _withdraw(contact: Contact, command: p.WithdrawOffer) -> None:
    if contact.stay is not None:
        contact.stay.withdraw(command)
    elif contact.origination is not None:
        contact.origination.withdraw(command)


def _hold(contact: Contact, command: p.HoldCustomer) -> None:
    if contact.conversation.talking and contact.conversation.joined is not Mode.CONSULT:
        contact.holding.hold(BY_COMMAND, _by(contact, command.by))


def _resume(contact: Contact, command: p.ResumeCustomer) -> None:
    if contact.consult is not None and contact.conversation.joined is Mode.CONSULT:
        contact.consult.toggle(_by(contact, command.by))
    else:
        contact.holding.resume(BY_COMMAND, _by(contact, command.by))


def _mute(contact: Contact, command: p.MuteLeg) -> None:
    set_muted(contact, command.leg, muted=True)


def _unmute(contact: Contact, command: p.UnmuteLeg) -> None:
    set_muted(contact, command.leg, muted=False)


def _transfer(contact: Contact, command: p.TransferContact) -> None:
    if contact.conversation.talking and not contact.busy_with_target:
        transfer(contact, command.target, _by(contact, command.by))


def _consult(contact: Contact, command: p.ConsultParty) -> None:
    consult(contact, command.target, _by(contact, command.by))


def _toggle(contact: Contact, command: p.ToggleParties) -> None:
    if contact.consult is not None:
        contact.consult.toggle(_by(contact, command.by))


def _confer(contact: Contact, command: p.ConferParties) -> None:
    if contact.consult is not None:
        contact.consult.confer(_by(contact, command.by))


def _complete(contact: Contact, command: p.CompleteTransfer) -> None:
    if contact.consult is not None:
        contact.consult.complete(_by(contact, command.by))


def _drop(contact: Contact, command: p.DropConsulted) -> None:
    if contact.consult is not None:
        contact.consult.drop(_by(contact, command.by))


def _preview(contact: Contact, command: p.AnswerPreview) -> None:
    if contact.origination is not None:
        contact.origination.press("1" if command.call else "2")


def _digits(contact: Contact, command: p.SendDigits) -> None:
    press(contact, command.digits)


def _pause_recording(contact: Contact, command: p.PauseRecording) -> None:
    contact.conversation.recorder.pause(BY_COMMAND, command.by)


def _resume_recording(contact: Contact, command: p.ResumeRecording) -> None:
    contact.conversation.recorder.resume(BY_COMMAND, command.by)


def _by(contact: Contact, by: AgentId | None) -> AgentId | None:
    """Who did it: a command that doesn't say comes from the agent who talks."""
    talker = contact.conversation.talker
    return by if by is not None or talker is None else talker.agent


def _hang_up(contact: Contact, command: p.HangUpContact) -> None:
    contact.end(command.reason, status=command.sip_status)


_ACTIONS: dict[type[p.Command], Callable[[Contact, Any], None]] = {
    p.AcceptIntoQueue: _accept,
    p.RefuseQueue: _refuse,
    p.UpdateQueuePosition: _position,
    p.TellMetrics: _metrics,
    p.TellTurn: _turn,
    p.ParkContact: park,
    p.PagePhones: _page,
    p.OfferContact: _offer,
    p.WithdrawOffer: _withdraw,
    p.HoldCustomer: _hold,
    p.ResumeCustomer: _resume,
    p.MuteLeg: _mute,
    p.UnmuteLeg: _unmute,
    p.TransferContact: _transfer,
    p.PauseRecording: _pause_recording,
    p.ResumeRecording: _resume_recording,
    p.ConsultParty: _consult,
    p.ToggleParties: _toggle,
    p.ConferParties: _confer,
    p.CompleteTransfer: _complete,
    p.DropConsulted: _drop,
    p.SendDigits: _digits,
    p.ExpectJoin: lambda contact, command: contact.joining.expect(command),
    p.JoinContact: lambda contact, command: contact.joining.join(command),
    p.SetMonitorMode: lambda contact, command: contact.joining.set_mode(command),
    p.AnswerPreview: _preview,
    p.HangUpContact: _hang_up,
}
