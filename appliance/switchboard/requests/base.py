"""The base of all arguments, and the limits that several of them share."""

from __future__ import annotations

from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]{0,63}$")]
FLOW_NAME = r"^[^\x00-\x1f\x7f]{1,127}$"  # imported flows keep theirs
FlowName = Annotated[str, msgspec.Meta(pattern=FLOW_NAME)]
MaybeFlow = Annotated[str, msgspec.Meta(pattern=FLOW_NAME.replace("{1,", "{0,"))]  # "": none
Foreign = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]  # an ARN, an id, a placeholder, a name
PhoneNumber = Annotated[str, msgspec.Meta(pattern=r"^(\+[0-9]{3,15})?$")]
Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2,15}$")]
MaybeDigits = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{2,15})?$")]  # "": none
Target = Annotated[str, msgspec.Meta(pattern=r"^([0-9*#+]{1,32}|(queue|group|voicemail):[^\x00-\x1f\x7f]{1,64})?$")]
Caller = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
Label = Annotated[str, msgspec.Meta(max_length=127)]
DispositionCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,4}$")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86400)]
Ring = Annotated[float, msgspec.Meta(ge=1, le=600)]
Count = Annotated[int, msgspec.Meta(ge=0, le=10000)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=10000)]
Password = Annotated[str, msgspec.Meta(min_length=6, max_length=64, pattern=r"^[!-~]+$")]


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every operation's arguments."""


class Nothing(Arguments, frozen=True, kw_only=True):
    """No arguments."""
