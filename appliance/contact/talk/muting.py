"""Keeping one party from being heard, and letting it be heard again."""

from __future__ import annotations

from appliance.contact.contact import Contact
from appliance.events import LegMuted, LegUnmuted
from appliance.ids import LegId


def set_muted(contact: Contact, name: LegId, *, muted: bool) -> bool:
    """Mute or unmute the leg `name`; False where there is none, or it is so already."""
    leg = contact.legs.get(name)
    if leg is None or leg.muted is muted:
        return False
    leg.muted = muted
    contact.legs.tell(leg, LegMuted(leg=name) if muted else LegUnmuted(leg=name))
    contact.conversation.rewire()
    return True
