"""Names of the box's things in the form that consumers of contact records expect. Pure.

`arn:aws:connect:local:<account>:instance/<box>/queue/<id>`: the shape is Amazon's (resources.md: REGION, ACCOUNT,
instance/ID/kind/ID), because reports and data lakes take records apart by it; the region `local` and the account `0`
can't be Amazon's, so that a local thing is never mistaken for one in the cloud.
"""

from __future__ import annotations

from urllib.parse import quote

LOCAL_ACCOUNT = "0"


def instance_arn(box: str, account: str = LOCAL_ACCOUNT) -> str:
    """The box itself."""
    return f"arn:aws:connect:local:{account}:instance/{quote(box, safe='')}"


def resource_arn(box: str, kind: str, name: str, account: str = LOCAL_ACCOUNT) -> str:
    """`kind` as Amazon names it: queue, agent, contact-flow, routing-profile, prompt … `name` is percent-encoded."""
    return f"{instance_arn(box, account)}/{kind}/{quote(name, safe='')}"
