"""The limit that every query carries: only rows of branches that the asker may see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from appliance.console.people.roles import Branches


def seen_in(branch: InstrumentedAttribute[str], seen: Branches) -> ColumnElement[bool]:
    """For a WHERE: the row's branch is one of `seen`; nothing for somebody who sees none."""
    return true() if seen.every else branch.in_(sorted(seen.some))
