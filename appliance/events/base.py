"""What every event has in common: the base class and the vocabulary of several of them."""

from __future__ import annotations

import enum

import msgspec


class InitiationMethod(enum.StrEnum):
    """How a contact began (contact record data model)."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"
    TRANSFER = "TRANSFER"
    QUEUE_TRANSFER = "QUEUE_TRANSFER"
    CALLBACK = "CALLBACK"
    API = "API"
    DISCONNECT = "DISCONNECT"
    MONITOR = "MONITOR"
    EXTERNAL_OUTBOUND = "EXTERNAL_OUTBOUND"


class DisconnectReason(enum.StrEnum):
    """Why a contact ended (contact record data model, voice)."""

    CUSTOMER_DISCONNECT = "CUSTOMER_DISCONNECT"
    AGENT_DISCONNECT = "AGENT_DISCONNECT"
    THIRD_PARTY_DISCONNECT = "THIRD_PARTY_DISCONNECT"
    CONTACT_FLOW_DISCONNECT = "CONTACT_FLOW_DISCONNECT"
    BARGED = "BARGED"
    OTHER = "OTHER"
    TELECOM_PROBLEM = "TELECOM_PROBLEM"
    TELECOM_BUSY = "TELECOM_BUSY"
    TELECOM_NUMBER_INVALID = "TELECOM_NUMBER_INVALID"
    TELECOM_UNANSWERED = "TELECOM_UNANSWERED"
    TELECOM_TIMEOUT = "TELECOM_TIMEOUT"
    TELECOM_ORIGINATOR_CANCEL = "TELECOM_ORIGINATOR_CANCEL"


class LegRole(enum.StrEnum):
    """Whose connection a leg is."""

    CUSTOMER = "customer"
    AGENT = "agent"
    THIRD_PARTY = "third_party"
    SUPERVISOR = "supervisor"
    JOINT = "joint"  # another contact process of this box: the way to another contact


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A party's address: E.164 for TELEPHONE_NUMBER, an extension or SIP user for VOIP."""

    address: str
    type: str = "TELEPHONE_NUMBER"
    display_name: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """What an event says; every event type is a subclass."""
