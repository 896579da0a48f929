"""How a made-up contact goes on once somebody talks, and how it ends: the last part of its events."""

from __future__ import annotations

import hashlib

from appliance import events as ev
from appliance.console.demo_data.telling import CUSTOMER, Telling
from appliance.console.demo_data.visits import Visit
from appliance.ids import AgentId, FlowId, LegId, RecordingId

RECORDING_BYTES_S = 4_100  # a second of stereo FLAC of telephone speech


def talk(telling: Telling) -> None:
    visit, recording, agent = telling.visit, RecordingId(telling.visit.recording), AgentId(telling.visit.agent)
    assert visit.connected is not None
    folder = f"/var/spool/linekeeper/{visit.contact}"
    telling.say(
        visit.connected + 0.05,
        ev.RecordingStarted(
            recording=recording,
            customer_path=f"{folder}/{recording}.customer.wav",
            agent_path=f"{folder}/{recording}.agent.wav",
            rate_hz=8000,
        ),
    )
    for held, back in visit.holds:
        telling.say(held, ev.CustomerHeld(by=agent))
        telling.say(back, ev.CustomerResumed(by=agent))


def end(telling: Telling, flow: str) -> None:
    visit = telling.visit
    if visit.connected is not None:
        telling.say(visit.left, ev.RecordingStopped(recording=RecordingId(visit.recording), reason="contact ended"))
        telling.say(visit.left, ev.AgentLeft(agent=AgentId(visit.agent)))
    telling.say(
        visit.left,
        ev.ContactDisconnected(reason=_reason(visit), pre_disconnect_state=_state(visit)),
        ev.LegEnded(
            leg=CUSTOMER,
            role=ev.LegRole.CUSTOMER,
            sip_status=487 if visit.outbound and visit.connected is None else 200,
            remote=not (visit.agent_hung_up or visit.closed),
            quality=telling.quality(),
        ),
    )
    if visit.connected is not None:
        _agent_leg(telling)
    elif not visit.outbound and visit.queued is None:
        telling.say(visit.left, ev.FlowEnded(flow=FlowId(flow), outcome="DISCONNECTED_PARTICIPANT"))
    _wind_up(telling)


def _agent_leg(telling: Telling) -> None:
    """The leg of the agent who was rung last."""
    visit = telling.visit
    telling.say(
        visit.left + 0.05,
        ev.LegEnded(
            leg=LegId(f"agent-{len(visit.rings) or 1}"),
            role=ev.LegRole.AGENT,
            sip_status=200,
            remote=visit.agent_hung_up,
            quality=telling.quality(agent=True),
        ),
    )


def _reason(visit: Visit) -> ev.DisconnectReason:
    if visit.closed:
        return ev.DisconnectReason.CONTACT_FLOW_DISCONNECT
    if visit.outbound and visit.connected is None:
        return ev.DisconnectReason.TELECOM_UNANSWERED
    return ev.DisconnectReason.AGENT_DISCONNECT if visit.agent_hung_up else ev.DisconnectReason.CUSTOMER_DISCONNECT


def _state(visit: Visit) -> str:
    if visit.connected is not None:
        return "CONNECTED"
    return "IN_QUEUE" if visit.queued is not None else "RINGING" if visit.outbound else "IN_FLOW"


def _wind_up(telling: Telling) -> None:
    visit = telling.visit
    if visit.connected is not None and visit.worked_until is not None:
        agent, lasted = AgentId(visit.agent), round(visit.left - visit.connected, 2)
        telling.switchboard(visit.left + 0.1, ev.AfterContactWorkStarted(agent=agent))
        telling.switchboard(
            visit.left + 0.6,
            ev.RecordingFinished(
                recording=RecordingId(visit.recording),
                path=recording_path(visit),
                sha256=hashlib.sha256(visit.recording.encode()).hexdigest(),
                duration_s=lasted,
                bytes=int(lasted * RECORDING_BYTES_S),
            ),
        )
        if visit.disposition:
            name = visit.disposition.replace("_", " ").capitalize()
            said = ev.DispositionChosen(code=visit.disposition, name=name, agent=agent)
            telling.switchboard(visit.worked_until - 1, said)
        if visit.note:
            telling.switchboard(visit.worked_until - 0.5, ev.NoteAdded(text=visit.note, agent=agent))
        telling.switchboard(visit.worked_until, ev.AfterContactWorkEnded(agent=agent))
    telling.switchboard(visit.ended, ev.ContactClosed())


def recording_path(visit: Visit) -> str:
    """Below the box's recordings folder."""
    return f"{visit.contact[:2]}/{visit.recording}.flac"
