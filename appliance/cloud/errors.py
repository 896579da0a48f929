"""What is wrong with something the other side sent. Everything from the network is hostile until it is checked.

CloudError
├── MalformedError      no such document: not JSON, wrong shape, too large
├── ChainError          events that don't follow on what is already there
└── SignatureError      not signed by who has to sign it, or for somebody else
"""

from __future__ import annotations

from appliance.errors import CloudError


class MalformedError(CloudError):
    """Not JSON, the wrong shape, or too large."""


class ChainError(CloudError):
    """Events that don't follow on what is already there."""


class SignatureError(CloudError):
    """Not signed by who has to sign it, or meant for somebody else."""
