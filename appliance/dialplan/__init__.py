"""The dial plan: what is published of it (`plan`) and who is meant by what was dialled (`routing`), whom the box may
call by itself (`owing`). Pure."""

from __future__ import annotations

from appliance.dialplan.groups import Diversion, ExtensionPlan, GroupPlan, Strategy
from appliance.dialplan.numbers import EMERGENCY, e164
from appliance.dialplan.owing import is_emergency, may_be_called
from appliance.dialplan.plan import DialPlan, FeaturePlan, FlowPlan, MailboxPlan, QueuePlan, QuickConnectPlan
from appliance.dialplan.routing import (
    Destination,
    ToExtension,
    ToFeature,
    ToFlow,
    ToGroup,
    ToIntercom,
    ToOutside,
    ToPage,
    Unroutable,
    route,
)

__all__ = [
    "EMERGENCY",
    "Destination",
    "DialPlan",
    "Diversion",
    "ExtensionPlan",
    "FeaturePlan",
    "FlowPlan",
    "GroupPlan",
    "MailboxPlan",
    "QueuePlan",
    "QuickConnectPlan",
    "Strategy",
    "ToExtension",
    "ToFeature",
    "ToFlow",
    "ToGroup",
    "ToIntercom",
    "ToOutside",
    "ToPage",
    "Unroutable",
    "e164",
    "is_emergency",
    "may_be_called",
    "route",
]
