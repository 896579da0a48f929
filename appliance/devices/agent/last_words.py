"""What a device's process leaves behind during a call, so that the one after it can end the call if it dies.

A process that is killed sends no BYE: the other party would hear silence until the edge notices, and then be hung up
on. So the BYE stands ready in a file from the answer on, and says that the device was lost (`call.LOST`); whoever is
started next for the device sends it. Only for calls that came in. Must not decide when.
"""

from __future__ import annotations

import contextlib
import re
import socket
from pathlib import Path

from appliance.devices.agent.settings import LOOPBACK, LOST

_FOLD = re.compile(r"\r?\n[ \t]+")  # RFC 3261 §7.3.1
_CSEQ = 1_000_000_000  # above all that the dead process has used (RFC 3261 §12.2.1.1: below 2^31)
_WAIT_S, _TRIES = 0.5, 3
_VIA = "Via: SIP/2.0/UDP {here};branch=z9hG4bKlast{port};rport\r\n"


def bye_for(invite: str, ack: str) -> str:
    """The BYE of who was called, without its Via (RFC 3261 §12.1.1, §15.1.1); "" where something is missing.

    invite, ack: the two requests as they came.
    """
    first, second = _headers(invite), _headers(ack)
    if not all((first.get("contact"), second.get("from"), second.get("to"), second.get("call-id"))):
        return ""
    target = re.search(r"<([^>\s]+)>", first["contact"][0])
    lines = [
        f"BYE {target[1] if target else first['contact'][0].partition(';')[0].strip()} SIP/2.0",
        *(f"Route: {route}" for route in first.get("record-route", ())),
        f"From: {second['to'][0]}",
        f"To: {second['from'][0]}",
        f"Call-ID: {second['call-id'][0]}",
        f"CSeq: {_CSEQ} BYE",
        "Max-Forwards: 70",
        *(f"{name}: {value}" for name, value in LOST.items()),
        "Content-Length: 0",
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def leave(file: Path, bye: str) -> None:
    """Keep it; "": there is no call any more. Raises OSError."""
    if not bye:
        file.unlink(missing_ok=True)
        return
    fresh = file.with_name(file.name + ".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(bye.encode("utf-8", "surrogateescape"))
    fresh.replace(file)


def say(file: Path, edge: str) -> bool:
    """Send what was left behind to `edge` (host:port), once; whether there was anything. Raises OSError."""
    try:
        bye = file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return False
    file.unlink(missing_ok=True)
    host, _, port = edge.rpartition(":")
    line, _, rest = bye.partition("\r\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((LOOPBACK, 0))
        sender.settimeout(_WAIT_S)
        own = sender.getsockname()[1]
        via = _VIA.format(here=f"{LOOPBACK}:{own}", port=own)
        for _ in range(_TRIES):
            sender.sendto(f"{line}\r\n{via}{rest}".encode("utf-8", "surrogateescape"), (host, int(port)))
            with contextlib.suppress(TimeoutError, ConnectionRefusedError):
                sender.recv(4096)
                break
    return True


def _headers(message: str) -> dict[str, list[str]]:
    """Lower-case name → values in their order."""
    head = _FOLD.sub(" ", message.partition("\r\n\r\n")[0])
    found: dict[str, list[str]] = {}
    for line in head.split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return found
