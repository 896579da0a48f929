"""Encrypts what a caller typed for the holder of a key, so that no record or log can tell it (payment data, PINs).

RSA-OAEP with SHA-512 for the certificate or public key (PEM) that the flow carries, made by `openssl` in a child
process: the digits go in by standard input and are never written anywhere, the key is public. Source: flow language,
GetParticipantInput, InputEncryption.
"""

from __future__ import annotations

import base64
import contextlib
import os
import subprocess
from collections.abc import Callable

from appliance.contact.timers import Timers
from appliance.flow import commands as c
from appliance.flow import events as e

POLL_S = 0.01
LIMIT_S = 4.0
_OPTIONS = ("-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha512", "-pkeyopt", "rsa_mgf1_md:sha512")
FAILED = e.RequestFailed(error="NoMatchingError")


def encrypt(command: c.EncryptInput, timers: Timers, tell: Callable[[e.FlowEvent], None]) -> None:
    """Answers by `tell`, from the loop: InputEncrypted with base64, or RequestFailed for a key that is none."""
    key = os.memfd_create("input-key")
    os.write(key, command.key.encode())
    kind = "-certin" if "BEGIN CERTIFICATE" in command.key else "-pubin"
    try:
        child = subprocess.Popen(
            ["openssl", "pkeyutl", "-encrypt", kind, "-inkey", f"/dev/fd/{key}", *_OPTIONS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(key,),
        )
    except OSError:
        timers.after(0.0, lambda: tell(FAILED))
        return
    finally:
        os.close(key)
    if child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(command.digits.encode())
            child.stdin.close()

    def look(patience_s: float) -> None:
        if child.poll() is None and patience_s > 0:
            timers.after(POLL_S, lambda: look(patience_s - POLL_S))
            return
        tell(_answer(child))

    timers.after(POLL_S, lambda: look(LIMIT_S))


def _answer(child: subprocess.Popen[bytes]) -> e.FlowEvent:
    if child.poll() is None:
        child.kill()
        child.wait()
    made = child.stdout.read() if child.stdout is not None else b""
    if child.stdout is not None:
        child.stdout.close()
    if child.returncode != 0 or not made:
        return FAILED
    return e.InputEncrypted(ciphertext=base64.b64encode(made).decode())
