"""The event a function receives, in the shape Amazon documents for flows (InvokeLambdaFunction)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appliance.flow.facts import ContactFacts

_NO_STREAM = {"StreamARN": None, "StartTimestamp": None, "StopTimestamp": None, "StartFragmentNumber": None}


def lambda_event(facts: ContactFacts, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Name and Details with ContactData and Parameters; what the contact does not have is null."""
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": _contact(facts), "Parameters": dict(parameters)}}


def _contact(facts: ContactFacts) -> dict[str, Any]:
    return {
        "Attributes": dict(facts.attributes),
        "AwsRegion": facts.aws_region,
        "Channel": facts.channel,
        "ContactId": facts.contact_id,
        "CustomerEndpoint": _endpoint(facts.customer_endpoint, facts.customer_endpoint_type),
        "CustomerId": facts.customer_id or None,
        "Description": facts.description or None,
        "InitialContactId": facts.initial_contact_id or facts.contact_id,
        "InitiationMethod": facts.initiation_method,
        "InstanceARN": facts.instance_arn,
        "LanguageCode": facts.language,
        "MediaStreams": {"Customer": {"Audio": dict(_NO_STREAM)}},
        "Name": facts.name or None,
        "PreviousContactId": facts.previous_contact_id or facts.contact_id,
        "Queue": _queue(facts),
        "References": dict(facts.references),
        "SegmentAttributes": dict(facts.segment_attributes),
        "SystemEndpoint": _endpoint(facts.system_endpoint, facts.system_endpoint_type),
        "Tags": dict(facts.tags),
    }


def _endpoint(address: str, kind: str) -> dict[str, str] | None:
    return {"Address": address, "Type": kind} if address else None


def _queue(facts: ContactFacts) -> dict[str, Any] | None:
    if facts.queue is None:
        return None
    caller = _endpoint(facts.queue_caller_id, "TELEPHONE_NUMBER")
    return {"ARN": facts.queue_arn, "Name": facts.queue_name, "OutboundCallerId": caller}
