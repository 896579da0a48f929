"""What may be asked of the audit log, by the page and by the API alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

Text = Annotated[str, Field(max_length=200), AfterValidator(str.strip)]


class Asked(BaseModel):
    """What is looked for, "" for anything; before: entries with a smaller number."""

    who: Text = ""
    deed: Text = ""
    about: Text = ""
    branch: Text = ""
    before: int = Field(default=0, ge=0, le=2**53)
