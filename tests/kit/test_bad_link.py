"""The bad link does to packets what it is told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from kit.bad_link import BadLink, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "never")

ECHO = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 7007))
print("ready", flush=True)
while True:
    data, who = s.recvfrom(2000)
    s.sendto(data, who)
"""
ASK = """
import json, socket, sys, time
count, wait_s = int(sys.argv[2]), float(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(wait_s)
began, back, first_s = time.monotonic(), 0, None
for number in range(count):
    s.sendto(b"x" * 100, (sys.argv[1], 7007))
try:
    while back < count:
        s.recv(2000)
        back += 1
        first_s = first_s or time.monotonic() - began
except TimeoutError:
    pass
print(json.dumps({"back": back, "first_s": first_s}))
"""
ORDER = """
import json, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(10)
for number in range(40):
    s.sendto(bytes((number,)), (sys.argv[1], 7007))
print(json.dumps([s.recv(10)[0] for _ in range(40)]))
"""


@pytest.fixture
def link() -> Iterator[BadLink]:
    """With something on the console's side that sends every datagram back."""
    with BadLink() as made:
        words = (*made.console, "setpriv", "--pdeathsig", "KILL", sys.executable, "-c", ECHO)
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as echo:
            assert echo.stdout is not None
            assert echo.stdout.readline() == "ready\n"
            yield made
            echo.terminate()


def asked(link: BadLink, count: int, *, wait_s: float = 1.0) -> tuple[int, float]:
    """How many came back, and after how long the first."""
    words = (*link.box, sys.executable, "-c", ASK, link.CONSOLE, str(count), str(wait_s))
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout)
    return found["back"], found["first_s"] or 0.0


def test_link_when_shaped_then_delay_loss_and_cut_are_seen(link: BadLink) -> None:
    assert asked(link, 5, wait_s=10)[0] == 5
    link.shape(delay_ms=40)
    back, first_s = asked(link, 3, wait_s=10)
    assert back == 3
    assert first_s >= 0.08  # there and back
    link.shape(loss=0.5)
    assert 5 <= asked(link, 100)[0] <= 60  # either way may lose it: 25 are left
    link.shape(double=1.0)
    assert asked(link, 3, wait_s=10)[0] == 3  # and nine more that nobody waits for
    link.shape(cut=True)
    assert asked(link, 3, wait_s=0.5)[0] == 0
    assert link.carried()[0] > 5_000


def test_link_when_packets_overtake_or_are_spoilt_then_the_order_changes_and_spoilt_ones_are_dropped(
    link: BadLink,
) -> None:
    link.shape(delay_ms=300, overtake=0.5)
    words = (*link.box, sys.executable, "-c", ORDER, link.CONSOLE)
    came = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert sorted(came) == list(range(40))
    assert came != sorted(came)
    link.shape(spoil=1.0)
    assert asked(link, 100)[0] <= 20  # no checksum covers a frame's own sender
    link.shape()
    assert asked(link, 5, wait_s=10)[0] == 5
