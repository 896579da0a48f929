"""What voice modems differ in, one row a chip: how it is recognised, and the words it wants. Pure data.

Sources: Conexant's AT manual 102752C and the modec project's measurements (CX930xx), USRobotics' OEM guide (USR5637).
A modem that isn't here is driven as GENERIC, by what it answers to `AT+VSM=?`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MULAW_NAME = re.compile(r"U-?LAW|MU-?LAW|ULAW|G\.711U", re.IGNORECASE)
_VSM_LINE = re.compile(r'\s*(?:\+VSM:)?\s*(\d+)\s*,\s*"([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """idents: beginnings of the answer to ATI0. mulaw: its number in +VSM, None: ask. duplex: whether +VTR carries both
    directions. silence_off, caller_id, gains: commands of the initialisation. leave_duplex: what ends the stream.

    current_echo: tells of line current after every off-hook of ours, which means nothing. pickup_is_hangup: tells of a
    far end that hung up as of a telephone beside us. countries: whether +GCI chooses the country (T.35), and so how
    the chip listens for who calls. voltage: the command that tells the volts between tip and ring, "" for none.
    """

    name: str
    idents: tuple[str, ...] = ()
    mulaw: int | None = None
    duplex: bool = False
    silence_off: str = "AT+VSD=128,0"
    caller_id: tuple[str, ...] = ("AT+VCID=1",)
    gains: tuple[str, ...] = ()
    leave_duplex: bytes = b"\x10^"
    current_echo: bool = False
    pickup_is_hangup: bool = False
    countries: bool = False
    voltage: str = ""


CX930XX = Model(
    name="Conexant CX930xx",
    idents=("56000",),
    mulaw=131,
    duplex=True,
    silence_off="AT+VSD=0,0",
    caller_id=("AT-SCID=1", "AT+VCID=1", "AT-STE=7"),
    gains=("AT+VGR=0", "AT+VGT=128"),
    pickup_is_hangup=True,
    countries=True,
    voltage="AT-TRV",
)
USR5637 = Model(
    name="USRobotics USR5637",
    idents=("5601",),
    mulaw=131,
    gains=("AT+VGR=128", "AT+VGT=128"),
    leave_duplex=b"\x10\x03",
    current_echo=True,
)
GENERIC = Model(name="voice modem")
MODELS = (CX930XX, USR5637)
T35_COUNTRIES = {
    "DE": "42", "DK": "31", "FR": "3D", "GB": "B4", "KR": "61", "NL": "7B", "SE": "A5", "US": "B5",
}  # fmt: skip


def model_of(ident: str) -> Model:
    """By the answer to ATI0."""
    return next((model for model in MODELS if ident.strip().startswith(model.idents)), GENERIC)


def mulaw_of(lines: list[str]) -> int | None:
    """The number of µ-law at 8 kHz among the answers to AT+VSM=?, None where it has none."""
    for line in lines:
        found = _VSM_LINE.match(line)
        if found is not None and MULAW_NAME.search(found[2]):
            return int(found[1])
    return None
