"""What a device's user agent is told when it starts, and who calls it. Pure data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

FRAME_SAMPLES = 160  # 20 ms at RATE_HZ
FRAME_BYTES = 2 * FRAME_SAMPLES  # signed 16 bit, the machine's byte order
FRAME_S = 0.02
RATE_HZ = 8000
SILENCE = bytes(FRAME_BYTES)
LOOPBACK = "127.0.0.1"
# RFC 3326, Q.850 cause 27 (destination out of order): the device has gone, nobody has hung up
LOST = {"Reason": 'Q.850;cause=27;text="Device lost"'}
_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_USER = re.compile(r"<?\s*(?:sips?|tel):([^@>;\s]*)", re.IGNORECASE)
_REQUEST_LINE = re.compile(r"INVITE\s+(\S+)", re.IGNORECASE)
_ANSWER_AFTER = re.compile(r"^Call-Info\s*:[^\r\n]*;\s*answer-after\s*=\s*0\b", re.IGNORECASE | re.MULTILINE)
_LONGEST = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """edge: host:port where the edge listens for phones and trunks. address: the loopback address that the agent uses;
    one that the edge knows as a trunk's is a trunk. sip_port, rtp_port: 0 takes any free ones; else RTP takes four.

    edge_only: calls from anybody else are refused; other programs of this machine can reach us, too.

    user: what the agent is called in SIP, for a phone its extension. password: digest password of `user` at the edge; a
    phone registers with it, None registers nothing. hurry: the process has real-time priority during calls, where it
    may; not where its sound goes by a sound server that has none.
    """

    user: str
    edge: str
    address: str = LOOPBACK
    sip_port: int = 0
    rtp_port: int = 0
    password: str | None = field(default=None, repr=False)
    expires_s: int = 120
    edge_only: bool = False
    hurry: bool = True
    product: str = "Linekeeper device"  # User-Agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """user: number or extension; "" where there is none. name: as it is shown."""

    user: str
    name: str = ""


def read_party(value: str) -> Party:
    """A name-addr or addr-spec (RFC 3261 §20.10, §25.1), as pjsua2 gives the other side's."""
    quoted = _QUOTED.match(value)
    if quoted:
        name, rest = re.sub(r"\\(.)", r"\1", quoted[1], flags=re.DOTALL), value[quoted.end() :]
    else:
        name, bracket, rest = value.partition("<")
        name, rest = (name.strip(), rest) if bracket else ("", value)
    user = _USER.match(rest.strip())
    return Party(user=user[1][:_LONGEST] if user else "", name=name[:_LONGEST])


def dialled_user(message: str) -> str:
    """The user that an INVITE asks for, "" for none."""
    line = _REQUEST_LINE.match(message)
    return read_party(line[1]).user if line else ""


def wants_auto_answer(message: str) -> bool:
    """Whether an INVITE wants to be answered at once, as the box's do for an agent who is on auto-accept."""
    return _ANSWER_AFTER.search(message.partition("\r\n\r\n")[0]) is not None


def name_addr(party: Party, host: str) -> str:
    """A From of `party` at `host`. What can't stand in a user part is left out; the name may be anything printable."""
    user = "".join(letter for letter in party.user if letter.isascii() and (letter.isalnum() or letter in "+*#-_."))
    printable = "".join(letter for letter in party.name if letter.isprintable())[:_LONGEST]
    name = printable.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <sip:{user or "anonymous"}@{host}>' if name else f"<sip:{user or 'anonymous'}@{host}>"
