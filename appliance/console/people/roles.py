"""Who may do what, and at which branches: roles are granted per branch, rights follow from roles. Pure.

    admin        everything; of all branches: people, tokens and webhooks too
    supervisor   reads, and listens to recordings
    auditor      reads, and reads the audit log; listens to nothing

Nobody asks for a role: code asks for a right at a branch, and limits what it reads to `Grants.branches(right)`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from appliance.console.people.errors import PersonError

EVERY_BRANCH: Final = "*"


class Role(enum.StrEnum):
    """What a person is at a branch."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


class Right(enum.StrEnum):
    """What somebody may do at a branch."""

    READ = "read"  # contacts, metrics, live board, health
    LISTEN = "listen"  # to recordings and voicemail: each time is audited
    OPERATE = "operate"  # boxes: enrol, revoke, configuration, flows, commands
    ERASE = "erase"  # erasure requests and legal holds
    AUDIT = "audit"  # read the audit log
    PEOPLE = "people"  # people, tokens, webhooks: of the whole organisation only


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.ADMIN: frozenset(Right),
    Role.SUPERVISOR: frozenset({Right.READ, Right.LISTEN}),
    Role.AUDITOR: frozenset({Right.READ, Right.AUDIT}),
}
_WHOLE_ORGANISATION: Final = frozenset({Right.PEOPLE})


class Branches(msgspec.Struct, frozen=True, kw_only=True):
    """Where a right holds. every: at all branches, also those to come; some: at these."""

    every: bool = False
    some: frozenset[str] = frozenset()

    def __contains__(self, branch: str) -> bool:
        return self.every or branch in self.some

    def __bool__(self) -> bool:
        return self.every or bool(self.some)

    def __and__(self, other: Branches) -> Branches:
        if self.every or other.every:
            return other if self.every else self
        return Branches(some=self.some & other.some)


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One role at one branch, or at EVERY_BRANCH."""

    role: Role
    branch: str

    def __str__(self) -> str:
        """As the pages and the audit log write it: `supervisor@busan`, `admin@*`."""
        return f"{self.role}@{self.branch}"


class Grants(msgspec.Struct, frozen=True, kw_only=True):
    """All that one person was granted."""

    grants: frozenset[Grant] = frozenset()

    def branches(self, right: Right) -> Branches:
        """Where the right holds."""
        held = {grant.branch for grant in self.grants if right in RIGHTS[grant.role]}
        if EVERY_BRANCH in held:
            return Branches(every=True)
        return Branches() if right in _WHOLE_ORGANISATION else Branches(some=frozenset(held))

    def allow(self, right: Right, branch: str) -> bool:
        return branch in self.branches(right)

    def words(self) -> list[str]:
        """Each grant as text, sorted."""
        return sorted(str(grant) for grant in self.grants)


def grants_of(pairs: Iterable[tuple[str, str]]) -> Grants:
    """From (role, branch) pairs as stored. A role that this version doesn't know grants nothing."""
    known = {role.value for role in Role}
    return Grants(grants=frozenset(Grant(role=Role(role), branch=branch) for role, branch in pairs if role in known))


ADMIN_OF_ALL: Final = Grants(grants=frozenset({Grant(role=Role.ADMIN, branch=EVERY_BRANCH)}))


def grant_of(text: str) -> Grant:
    """Of `role@branch`. Raises PersonError."""
    role, _, branch = text.partition("@")
    if role not in set(Role) or not branch:
        raise PersonError(
            f"{text[:80]!r} is no role; write role@branch, such as supervisor@busan or admin@*", kind="grant"
        )
    return Grant(role=Role(role), branch=branch)
