"""Programs in bounds, with the real ones of Debian."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import pytest

from appliance.contact.speech.programs import NICE_AHEAD, Patience, bound, lower, run, start
from appliance.errors import ContactError

PYTHON = sys.executable


def test_run_when_done_then_its_output() -> None:
    assert run(("tr", "a-z", "A-Z"), b"hello", Patience(10), "look again") == b"HELLO"


def test_run_when_input_and_output_are_large_then_both_whole() -> None:
    given = bytes(range(256)) * 8000
    assert run(("cat",), given, Patience(20), "look again") == given


def test_run_when_it_fails_then_says_which_and_what_to_do_but_not_what_it_was_given() -> None:
    with pytest.raises(ContactError, match=r"^sh failed \(exit code 3\); look again$") as caught:
        run(("sh", "-c", "cat >&2; exit 3"), b"a secret", Patience(10), "look again")
    assert "secret" not in str(caught.value)


def test_run_when_not_installed_then_says_so() -> None:
    with pytest.raises(ContactError, match=r"no-such-program can't be started .* install it with apt"):
        run(("no-such-program",), b"", Patience(10), "look again")


def test_run_when_it_never_ends_then_it_is_killed() -> None:
    with pytest.raises(ContactError, match="took too long; is the box overloaded"):
        run(("sleep", "600"), b"", Patience(0.2), "look again")


def test_run_when_it_never_reads_then_it_is_killed() -> None:
    with pytest.raises(ContactError, match="took too long"):
        run(("sleep", "600"), bytes(1_000_000), Patience(0.2), "look again")


def test_start_when_running_then_in_bounds_and_behind_calls() -> None:
    with start(("cat",), Patience(10, ahead=True)) as child:
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == NICE_AHEAD
        assert resource.prlimit(child.pid, resource.RLIMIT_AS)[0] == 2_000_000_000
        assert resource.prlimit(child.pid, resource.RLIMIT_FSIZE)[0] == 400_000_000
        assert resource.prlimit(child.pid, resource.RLIMIT_CPU)[0] == 60
        environment = Path(f"/proc/{child.pid}/environ").read_bytes()
        names = {entry.split(b"=")[0] for entry in environment.split(b"\0") if entry}
        assert names <= {b"PATH", b"PYTHONPATH", b"LANG", b"LC_ALL"}
        child.communicate(b"")


def test_bound_when_the_process_is_gone_then_oserror() -> None:
    with start((PYTHON, "-c", ""), Patience(10)) as child:
        child.communicate(b"")
    with pytest.raises(OSError, match="No such process"):
        bound(child.pid, Patience(1))


def test_lower_when_already_lower_then_it_stays() -> None:
    with start(("cat",), Patience(10)) as child:
        lower(child.pid, 10)
        lower(child.pid, 5)
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 10
        child.communicate(b"")


def test_patience_when_over_then_nothing_is_left() -> None:
    patience = Patience(0.0)
    assert patience.left_s() == 0.0
    assert Patience(100).until > time.monotonic() + 90
