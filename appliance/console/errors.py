"""What the console refuses, or can't do.

ConsoleError
├── DatabaseError           the database can't be opened or brought up to date
│   └── UnavailableError    it doesn't answer, or not in time: try again in a moment
└── NotFoundError           there is no such thing, or the person may not see it
"""

from __future__ import annotations

from appliance.errors import ConsoleError


class DatabaseError(ConsoleError):
    """The database can't be opened or brought up to date."""


class UnavailableError(DatabaseError):
    """The database doesn't answer, or not in time. Nothing was changed, or it is unknown whether; try again."""


class NotFoundError(ConsoleError):
    """There is no such thing, or the person may not see it: nobody learns which."""
