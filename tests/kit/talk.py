"""Steps that many scenarios share: call in, be put through, listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kit import flows
from kit.baresip import Baresip
from kit.box import RunningBox

PhoneMaker = Callable[..., Baresip]
CUSTOMER_HZ, AGENT_HZ, OTHER_HZ = 440.0, 700.0, 1000.0
STRAIGHT, MENU = "600", "601"


def contact_of(box: RunningBox, extension: str, **fields: object) -> str:
    """The newest contact that this extension began."""
    row = box.wait_contact(
        lambda row: row["source"] == f"extension:{extension}" and fields.items() <= row.items(),
        what=f"a contact of extension {extension} with {fields}",
    )
    contact: str = row["contact"]
    return contact


def hears(phone: Baresip, frequency_hz: float, *, since_s: float = 0.0, timeout_s: float = 10.0) -> None:
    """Until the last 0.3 s that the phone received (after `since_s`) were this tone."""
    phone.wait_heard(
        lambda sound: sound.duration_s >= 0.3 and sound.part(-0.3).has_tone(frequency_hz),
        since_s=since_s,
        timeout_s=timeout_s,
        what=f"{frequency_hz:g} Hz",
    )


def put_through(box: RunningBox, customer: Baresip, agent: Baresip) -> str:
    """The customer calls the straight flow, the agent answers, both hear each other. Returns the contact."""
    customer.dial(STRAIGHT)
    agent.wait_for("CALL_INCOMING", timeout_s=15)
    agent.answer()
    agent.wait_for("CALL_ESTABLISHED")
    hears(customer, AGENT_HZ)
    hears(agent, CUSTOMER_HZ)
    contact = contact_of(box, customer.user)
    box.wait_event(contact, "AgentConnected")
    return contact


def kinds(events: list[dict[str, Any]]) -> list[str]:
    """The types of events, in the order they were written down."""
    return [event["type"] for event in events]


WELCOME_HZ = flows.TONES_HZ[flows.WELCOME]
MENU_HZ = flows.TONES_HZ[flows.MENU]
WAITING_HZ = flows.TONES_HZ[flows.WAITING]
FULL_HZ = flows.TONES_HZ[flows.FULL]
