"""What the console refuses, or can't do.

ConsoleError
├── DatabaseError      the database can't be opened or brought up to date
└── NotFoundError      there is no such thing, or the person may not see it
"""

from __future__ import annotations

from appliance.errors import ConsoleError


class DatabaseError(ConsoleError):
    """The database can't be opened or brought up to date."""


class NotFoundError(ConsoleError):
    """There is no such thing, or the person may not see it: nobody learns which."""
