"""What agents do by telephone: log in and out, choose a status, end or extend after-contact work, name a result."""

from __future__ import annotations

from appliance.acd.model import AVAILABLE
from appliance.errors import RequestError
from appliance.flow.defaults import sentences
from appliance.ids import AgentId
from appliance.switchboard import requests as ask
from appliance.switchboard.desk.asked import Asked, RefusedError, Said
from appliance.switchboard.desk.desk import Desk
from appliance.switchboard.staff.statuses import chosen_status

MORE_S = 60.0
MOST_MINUTES = 999


async def log_in(desk: Desk, asked: Asked) -> Said:
    """Whoever proves to be an agent sits at this phone from now on; contacts come once the handset is down."""
    agent = await desk.prove(asked)
    if asked.agent is not None and asked.agent != agent:
        desk.contacts.disengage(asked.contact, asked.agent)
    desk.contacts.engage(asked.contact, agent)
    try:
        await desk.shift.log_in(ask.AgentLogIn(agent=agent, extension=asked.extension))
    except RequestError as error:
        desk.contacts.disengage(asked.contact, agent)
        raise RefusedError("phone_taken") from error
    return Said(key="logged_in", values={"agent": await _name(desk, agent)}, answers={"agent": agent})


async def log_out(desk: Desk, asked: Asked) -> Said:
    await desk.shift.log_out(ask.AgentNamed(agent=_agent(asked)))
    return Said(key="logged_out")


async def available(desk: Desk, asked: Asked) -> Said:
    """Also ends the missed and the error state."""
    return await _choose(desk, asked, AVAILABLE)


async def status(desk: Desk, asked: Asked) -> Said:
    """`argument`: the number of a status."""
    _agent(asked)
    try:
        wanted = await desk.store.run(lambda store: chosen_status(store, asked.argument))
    except RequestError as error:
        raise RefusedError("no_such_status") from error
    return await _choose(desk, asked, wanted)


async def statuses(desk: Desk, asked: Asked) -> Said:
    """What can be chosen, as a question; `digits`: how many keys at most."""
    _agent(asked)
    every = await desk.store.run(lambda store: [one for one in store.agent_statuses.all() if one.enabled])
    words = sentences(asked.language)
    choices = [words["status_choice"].format(key=one.display_order, status=_word(one.name, asked)) for one in every]
    digits = max(len(str(one.display_order)) for one in every)
    return Said(key="ask_status", values={"choices": " ".join(choices)}, answers={"digits": str(digits)})


async def end_wrap_up(desk: Desk, asked: Asked) -> Said:
    agent = _agent(asked)
    if not _works_after(desk, agent):
        raise RefusedError("no_wrap_up")
    await desk.shift.clear(ask.AgentNamed(agent=agent))
    return Said(key="wrap_up_ended")


async def extend_wrap_up(desk: Desk, asked: Asked) -> Said:
    """`argument`: minutes, one where there are none."""
    agent = _agent(asked)
    minutes = int(asked.argument) if asked.argument.isdecimal() else 0
    seconds = 60.0 * min(minutes, MOST_MINUTES) or MORE_S
    if not _works_after(desk, agent):
        raise RefusedError("no_wrap_up")
    try:
        await desk.shift.extend(ask.AgentExtend(agent=agent, seconds=seconds))
    except RequestError as error:
        raise RefusedError("wrap_up_unlimited") from error
    return Said(key="wrap_up_extended", values={"minutes": str(int(seconds // 60))})


async def disposition(desk: Desk, asked: Asked) -> Said:
    """`argument`: the code, for the contact being wrapped up or else the agent's last one."""
    agent = _agent(asked)
    contact = await desk.outcomes.latest_of(agent)
    if contact is None:
        raise RefusedError("no_contact_yet")
    try:
        given = ask.read_arguments(ask.ContactDisposition, {"contact": contact, "code": asked.argument, "agent": agent})
        chosen = await desk.outcomes.choose(given)
    except RequestError as error:
        raise RefusedError("no_such_disposition") from error
    return Said(key="disposition_chosen", values={"name": chosen["name"]}, answers={"name": chosen["name"]})


def _agent(asked: Asked) -> AgentId:
    """Raises RefusedError where nobody is logged in."""
    if asked.agent is None:
        raise RefusedError("nobody_logged_in")
    return asked.agent


async def _choose(desk: Desk, asked: Asked, wanted: str) -> Said:
    agent = _agent(asked)
    await desk.shift.set_status(ask.AgentStatus(agent=agent, status=wanted))
    key = "status_next" if _busy_elsewhere(desk, asked, agent) else "status_chosen"
    return Said(key=key, values={"status": _word(wanted, asked)}, answers={"status": wanted})


def _busy_elsewhere(desk: Desk, asked: Asked, agent: AgentId) -> bool:
    others = (state for state in desk.contacts.under_way() if state.contact != asked.contact)
    return any(agent in state.engaged or agent in state.working for state in others)


def _works_after(desk: Desk, agent: AgentId) -> bool:
    return any(agent in state.working for state in desk.contacts.under_way())


def _word(status: str, asked: Asked) -> str:
    """A status as it is spoken: the box's own ones in the caller's language."""
    return sentences(asked.language).get(f"status_{status.casefold()}", status)


async def _name(desk: Desk, agent: AgentId) -> str:
    stored = await desk.store.run(lambda store: store.agents.get(agent))
    return stored.display_name if stored is not None and stored.display_name else agent
