"""Which supervisors listen to a contact. Pure."""

from __future__ import annotations

from appliance import events as said
from appliance.contact.protocol import MonitorMode
from appliance.stamps import Stamp
from appliance.switchboard.contacts.contact_state import ContactState
from appliance.switchboard.contacts.noting.told import Notes, Told
from appliance.switchboard.supervision.listeners import Listener


def _monitoring_started(state: ContactState, body: said.MonitoringStarted, _at: Stamp) -> Told:
    state.listeners[body.monitor] = Listener(
        supervisor=body.supervisor, monitor=body.monitor, host=body.host, mode=MonitorMode(body.mode)
    )
    return ()


def _monitoring_changed(state: ContactState, body: said.MonitoringChanged, _at: Stamp) -> Told:
    if (listener := state.listeners.get(body.monitor)) is not None:
        state.listeners[body.monitor] = listener.changed(MonitorMode(body.mode))
    return ()


def _monitoring_ended(state: ContactState, body: said.MonitoringEnded, _at: Stamp) -> Told:
    """The process may stay, as a bridge for others."""
    if (listener := state.listeners.get(body.monitor)) is not None:
        state.listeners[body.monitor] = listener.gone()
    return ()


NOTES: Notes = {
    said.MonitoringStarted: _monitoring_started,
    said.MonitoringChanged: _monitoring_changed,
    said.MonitoringEnded: _monitoring_ended,
}
