"""The guest's box as a technician would set it up: a headset of extension 201, an agent, and a line called front."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from kit.systemd_unit import Unit, told

CONFIGURATION = Path("/etc/linekeeper/linekeeper.toml")
EXTENSION, CALLER = "201", "202"
HEADSET, MODEM, STRANGER, PASSWORD = "HS-4711", "MO-0815", "XX-0000", "secret-201"
SERVICES = ("switchboard", "edge", "contact", "sync")
_TEXT = f"""
[box]
name = "guest"
[edge]
address = "127.0.0.1"
[contacts]
capacity = 2
[[headsets]]
extension = "{EXTENSION}"
password_file = "headset.password"
device = "{HEADSET}"
block_ms = 60
[[lines]]
name = "front"
kind = "modem"
number = "+1 212 555 0177"
flow = "main-menu"
device = "{MODEM}"
"""


def configure() -> None:
    """Write it; the password is for the services' group only."""
    CONFIGURATION.write_text(_TEXT)
    password = CONFIGURATION.with_name("headset.password")
    password.write_text(PASSWORD)
    password.chmod(0o640)
    shutil.chown(password, group="linekeeper")
    told("linekeeper", "config", "check")


def start() -> None:
    """Until all services of the box serve, and know both extensions."""
    told("systemctl", "start", "linekeeper.target")
    for name in SERVICES:
        Unit(f"linekeeper-{name}.service").becomes("active")
    for extension in (EXTENSION, CALLER):
        words = ("linekeeper", "extension", "add", extension, "--password-stdin")
        subprocess.run(words, input=PASSWORD, text=True, check=True, capture_output=True, timeout=120)
