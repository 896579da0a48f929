"""Encrypted customer input: only the holder of the private key can read it, and a bad key is a failure, not a crash."""

from __future__ import annotations

import base64
import subprocess
import time
from pathlib import Path

import pytest

from appliance.contact.flows.encryption import encrypt
from appliance.contact.timers import Timers
from appliance.flow import commands as c
from appliance.flow import events as e

OAEP = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha512", "-pkeyopt", "rsa_mgf1_md:sha512"]


def answer_to(digits: str, key: str) -> e.FlowEvent:
    """What the flow is told, within ten seconds."""
    timers = Timers(time.monotonic)
    told: list[e.FlowEvent] = []
    encrypt(c.EncryptInput(digits=digits, key_id="k", key=key), timers, told.append)
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        timers.run_due()
    return told[0]


@pytest.fixture(scope="module")
def private_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "private.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(path), "2048"], check=True, capture_output=True)
    return path


def test_input_when_encrypted_for_a_public_key_then_its_holder_reads_it(private_key: Path) -> None:
    made = subprocess.run(["openssl", "rsa", "-in", str(private_key), "-pubout"], check=True, capture_output=True)
    answer = answer_to("4111111111111111", made.stdout.decode())
    assert isinstance(answer, e.InputEncrypted)
    secret = base64.b64decode(answer.ciphertext)
    read = subprocess.run(
        ["openssl", "pkeyutl", "-decrypt", "-inkey", str(private_key), *OAEP],
        input=secret,
        check=True,
        capture_output=True,
    )
    assert read.stdout == b"4111111111111111"
    assert b"4111" not in secret


def test_input_when_encrypted_for_a_certificate_then_it_works_as_well(private_key: Path) -> None:
    request = ["openssl", "req", "-new", "-x509", "-key", str(private_key), "-subj", "/CN=branch", "-days", "1"]
    certificate = subprocess.run(request, check=True, capture_output=True).stdout.decode()
    assert isinstance(answer_to("12", certificate), e.InputEncrypted)


@pytest.mark.parametrize("key", ["", "junk", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_input_when_the_key_is_none_then_the_flow_takes_its_error_branch(key: str) -> None:
    assert answer_to("12", key) == e.RequestFailed(error="NoMatchingError")
