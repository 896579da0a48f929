"""Supervisors by phone: listen to the conversation of an extension. Keys then change how one is heard."""

from __future__ import annotations

from appliance.errors import RequestError
from appliance.ids import ContactId, Extension
from appliance.switchboard.desk.asked import Asked, RefusedError, Said
from appliance.switchboard.desk.desk import Desk


async def listen(desk: Desk, asked: Asked) -> Said:
    """The calling phone listens to `argument`. What is said then is heard by nobody: the conversation is."""
    if asked.agent is None:
        raise RefusedError("nobody_logged_in")
    contact = _talk_of(desk, Extension(asked.argument))
    if contact is None:
        raise RefusedError("nobody_talks", extension=asked.argument)
    try:
        await desk.supervisors.listen(contact, asked.contact, asked.agent)
    except RequestError as error:
        raise RefusedError("not_allowed_to_listen" if error.kind == "refused" else "cannot_listen") from error
    return Said(key="listening")


def _talk_of(desk: Desk, extension: Extension) -> ContactId | None:
    """The contact in which the phone of `extension` talks."""
    for state in desk.contacts.under_way():
        talking = (leg for name, leg in state.legs.items() if name in state.answered)
        if not state.service and any(leg.extension == extension for leg in talking):
            return state.contact
    return None
