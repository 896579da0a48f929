"""The wire between two network namespaces: two TUN devices and this process, which delays, loses, doubles and cuts.

    python tun_relay.py NAMESPACE ADDRESS NAMESPACE ADDRESS

Settings come as JSON lines on standard input, each way: {"delay_ms": 50, "loss": 0.01, "double": 0, "overtake": 0,
"spoil": 0, "cut": false}; `overtake` is the share of packets that is not delayed, `spoil` of those with a turned bit.
What passed so far is answered with a JSON line.
For kernels without netem; it does to each IP packet what netem would.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
DEVICE, QUEUE = "lk0", 1000
Settings = dict[str, float]


def device(namespace: str, address: str) -> int:
    """The descriptor of a TUN device with `address` (with its prefix) inside the namespace."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.setns(there, CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
    made = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(made, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    for words in (f"addr add {address} dev {DEVICE}", f"link set {DEVICE} up", f"link set {DEVICE} txqueuelen {QUEUE}"):
        assert os.spawnvp(os.P_WAIT, "ip", ["ip", *words.split()]) == 0
    assert libc.setns(here, CLONE_NEWNET) == 0
    os.close(there)
    os.close(here)
    return made


class Relay:
    """Between two descriptors."""

    def __init__(self, left: int, right: int) -> None:
        self._to = {left: right, right: left}
        self._chance = random.Random(1)
        self._waiting: list[tuple[float, int, int, bytes]] = []
        self._number = 0
        self.passed = {left: 0, right: 0}  # bytes from there
        self.settings: Settings = {}

    def run(self) -> None:
        """Until standard input ends."""
        poll = select.poll()
        for one in (*self._to, sys.stdin.fileno()):
            poll.register(one, select.POLLIN)
        while True:
            for ready, _ in poll.poll(self._patience_ms()):
                if ready == sys.stdin.fileno():
                    line = sys.stdin.readline()
                    if not line:
                        return
                    self.settings = json.loads(line)
                    print(json.dumps(list(self.passed.values())), flush=True)
                else:
                    self._take(ready)
            self._give()

    def _patience_ms(self) -> float | None:
        return max(0.0, 1000 * (self._waiting[0][0] - time.monotonic())) if self._waiting else None

    def _take(self, side: int) -> None:
        for _ in range(64):
            try:
                packet = os.read(side, 65536)
            except BlockingIOError:
                return
            self.passed[side] += len(packet)
            if not self.settings.get("cut") and self._chance.random() >= self.settings.get("loss", 0.0):
                for _copy in range(1 + (self._chance.random() < self.settings.get("double", 0.0))):
                    self._hold(self._to[side], packet)

    def _hold(self, to: int, packet: bytes) -> None:
        if self._chance.random() < self.settings.get("spoil", 0.0):
            packet = self._spoilt(packet)
        overtakes = self._chance.random() < self.settings.get("overtake", 0.0)
        delay_s = 0.0 if overtakes else self.settings.get("delay_ms", 0.0) / 1000
        self._number += 1
        heapq.heappush(self._waiting, (time.monotonic() + delay_s, self._number, to, packet))

    def _spoilt(self, packet: bytes) -> bytes:
        bit = self._chance.randrange(8 * len(packet))
        turned = bytearray(packet)
        turned[bit // 8] ^= 1 << bit % 8
        return bytes(turned)

    def _give(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, _, to, packet = heapq.heappop(self._waiting)
            try:
                os.write(to, packet)
            except OSError:
                continue  # a full queue loses packets, as on any wire


if __name__ == "__main__":
    left, right = device(sys.argv[1], sys.argv[2]), device(sys.argv[3], sys.argv[4])
    print("ready", flush=True)
    Relay(left, right).run()
