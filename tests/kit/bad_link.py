"""A bad link between a box and a console: two network namespaces of the test's own and what happens on the way.

    with BadLink() as link:
        link.shape(delay_ms=50, loss=0.01)          # each way
        subprocess.run([*link.box, "curl", f"http://{link.CONSOLE}:8080"])

`tc netem` on a veth pair where the kernel has it, else `tun_relay`; with LINEKEEPER_DEVICES=required it must have it.
Needs root; `why_not` says what is missing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

RELAY = Path(__file__).with_name("tun_relay.py")
PREFIX = 30


def why_not() -> str:
    """What keeps this machine from having such a link, "" for nothing."""
    if os.geteuid() != 0:
        return "needs root"
    return "" if Path("/dev/net/tun").exists() else "needs /dev/net/tun"


class BadLink:
    """`box`, `console`: what to put before a command to run it there."""

    BOX, CONSOLE = "10.181.7.1", "10.181.7.2"

    def __init__(self) -> None:
        self._names = (f"lkb{os.getpid()}", f"lkc{os.getpid()}")
        self.box = ("ip", "netns", "exec", self._names[0])
        self.console = ("ip", "netns", "exec", self._names[1])
        self._relay: subprocess.Popen[str] | None = None
        self.netem = False

    def __enter__(self) -> BadLink:
        for name in self._names:
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        try:
            self.netem = self._join_by_netem()
            assert self.netem or os.environ.get("LINEKEEPER_DEVICES") != "required", "netem is required and isn't there"
            if not self.netem:
                self._join_by_relay()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing of it is left. Safe to call twice."""
        if self._relay is not None:
            assert self._relay.stdin is not None
            assert self._relay.stdout is not None
            self._relay.stdin.close()
            self._relay.wait(10)
            self._relay.stdout.close()
            self._relay = None
        for name in self._names:
            subprocess.run(("ip", "netns", "del", name), check=False, capture_output=True, timeout=20)

    def shape(
        self,
        *,
        delay_ms: float = 0.0,
        loss: float = 0.0,
        double: float = 0.0,
        overtake: float = 0.0,
        spoil: float = 0.0,
        cut: bool = False,
    ) -> None:
        """From now on, each way. loss, double, overtake (not delayed), spoil (a bit is turned): shares of packets."""
        settings = {
            "delay_ms": delay_ms,
            "loss": loss,
            "double": double,
            "overtake": overtake,
            "spoil": spoil,
            "cut": cut,
        }
        if self._relay is not None:
            assert self._relay.stdin is not None
            assert self._relay.stdout is not None
            self._relay.stdin.write(json.dumps(settings) + "\n")
            self._relay.stdin.flush()
            assert self._relay.stdout.readline()
            return
        words = [f"delay {delay_ms}ms", f"loss {100 if cut else loss * 100}%", f"duplicate {double * 100}%"]
        words += [f"corrupt {spoil * 100}%"]  # what isn't named stays as it was
        words += [f"reorder {overtake * 100}%"] if overtake and delay_ms else []
        for name in self._names:
            _run("tc", "-n", name, "qdisc", "replace", "dev", "lk0", "root", "netem", "limit", "20000", *_split(words))

    def carried(self) -> tuple[int, int]:
        """Bytes that the box, and the console, have sent so far (with netem without what was lost)."""
        return (_sent(self.box), _sent(self.console))

    def _join_by_netem(self) -> bool:
        box, console = self._names
        _ip("link", "add", "lk0", "netns", box, "type", "veth", "peer", "name", "lk0", "netns", console)
        for name, address in ((box, self.BOX), (console, self.CONSOLE)):
            _ip("-n", name, "addr", "add", f"{address}/{PREFIX}", "dev", "lk0")
            _ip("-n", name, "link", "set", "lk0", "up")
        words = ("tc", "-n", box, "qdisc", "add", "dev", "lk0", "root", "netem")
        if subprocess.run(words, check=False, capture_output=True, timeout=20).returncode == 0:
            return True
        _ip("-n", box, "link", "del", "lk0")
        return False

    def _join_by_relay(self) -> None:
        box, console = self._names
        self._relay = subprocess.Popen(
            (
                *("setpriv", "--pdeathsig", "KILL", sys.executable, str(RELAY)),
                *(box, f"{self.BOX}/{PREFIX}", console, f"{self.CONSOLE}/{PREFIX}"),
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._relay.stdout is not None
        assert self._relay.stdout.readline() == "ready\n"


def _sent(where: tuple[str, ...]) -> int:
    shown = _run(*where, "cat", "/proc/net/dev")
    line = next(line for line in shown.splitlines() if line.strip().startswith("lk0:"))
    return int(line.split(":")[1].split()[8])


def _split(words: list[str]) -> list[str]:
    return [part for word in words for part in word.split()]


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*words: str) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done.stdout
