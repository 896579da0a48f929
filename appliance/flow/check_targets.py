"""Judges whom a flow's transfers to a number reach inside the box: mailboxes, groups, queues. Finds, changes nothing.

What is only known while the flow runs ($.…) is left to it; numbers are the dial plan's business.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import msgspec

from appliance.flow.check import Finding, Severity
from appliance.flow.model import Action, Flow

_ACTION, _PLACE = "TransferParticipantToThirdParty", "ThirdPartyPhoneNumber"
_MAILBOXES = ("voicemail", "greeting")  # leave a message there; speak its greeting


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """What a box has: `mailboxes` also by the extensions of their agents."""

    mailboxes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def target_findings(flow: Flow, targets: Targets) -> list[Finding]:
    """A warning for each transfer that reaches nobody on the box with these `targets`."""
    return [
        finding for action in flow.actions.values() if action.type == _ACTION for finding in _judged(action, targets)
    ]


def _judged(action: Action, targets: Targets) -> Iterator[Finding]:
    given = action.parameter(_PLACE)
    kind, colon, name = given.strip().partition(":") if isinstance(given, str) else ("", "", "")
    if not colon or "$" in name or "{{" in name:
        return
    if kind == "queue":
        yield _finding(action, f"{_ACTION} does not enter queues; use TransferContactToQueue for {name}")
    elif kind in _MAILBOXES and name not in targets.mailboxes:
        said = f"there is no mailbox {name} on this box; add it with 'linekeeper mailbox add'"
        yield _finding(action, said, _close(kind, name, targets.mailboxes))
    elif kind == "group" and name not in targets.groups:
        said = f"there is no group {name} on this box; add it with 'linekeeper group add'"
        yield _finding(action, said, _close(kind, name, targets.groups))


def _close(kind: str, name: str, known: frozenset[str]) -> str:
    return next((f"{kind}:{one}" for one in difflib.get_close_matches(name, sorted(known), n=1)), "")


def _finding(action: Action, message: str, meant: str = "") -> Finding:
    return Finding(severity=Severity.WARNING, action=action.identifier, message=message, suggestion=meant)
