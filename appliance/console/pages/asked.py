"""What may stand in the address of a page: words that a person can type. Anything else is refused before it is read.

A database takes no NUL, and nobody types a control character.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from appliance.console.pages.places import PRINTABLE

Word = Annotated[str, Field(max_length=200, pattern=PRINTABLE)]  # a field of a form's model
Chosen = Annotated[str, Query(max_length=200, pattern=PRINTABLE)]  # a parameter by itself: ?branch=
Named = Annotated[str, Path(max_length=200, pattern=PRINTABLE)]  # a part of the path
