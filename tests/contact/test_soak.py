"""Thousands of short contacts in a row leave nothing behind: memory, descriptors, threads, files (LINEKEEPER_SLOW=1).

LINEKEEPER_SOAK sets another number of contacts than 10,000. Each is answered, hears a prompt, is recorded and is hung
up on; no process is recycled, so that what leaks adds up.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from contact.rtp_parties import RtpParty
from contact.soaking import Callers, Figures, Sweeper, figures
from contact.stage import BRIEF, Stage
from kit.processes import wait_until

from appliance.contact.protocol import TransferContact
from appliance.events import AgentConnected, AgentMissed, ContactTransferred, CustomerHeld, CustomerResumed

pytestmark = [pytest.mark.scenario, pytest.mark.slow]
CONTACTS = int(os.environ.get("LINEKEEPER_SOAK", "10000"))
WHOLE = CONTACTS // 25  # contacts that go the whole way, through one process
WARM_WHOLE = 100  # of these, for SIP transactions are kept for 32 s and that long it may grow
SLOTS = 8
WARM = 800  # contacts until every pool has its size
GROWTH_KB = 1024  # of resident memory per process: one arena of Python's allocator may be added
MOST_SOUNDS = 24  # players are let go a second later, and closed by the next tick of the media clock
STRETCHES = (0.1, 0.15, 0.25, 0.5)


@pytest.fixture
def sink() -> Iterator[int]:
    """A port where the sound of all these calls goes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        yield int(opened.getsockname()[1])


@pytest.mark.timeout(3600)
def test_contacts_when_there_are_thousands_leave_nothing_behind(
    make_stage: Callable[..., Stage], tmp_path: Path, sink: int, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = make_stage(capacity=SLOTS, recycle_after=10**9)
    callers = Callers(stage, tmp_path / "callers", dialled=BRIEF, media_port=sink, ports=stage.ports.take(SLOTS))
    rows: list[tuple[int, list[Figures]]] = [(0, measure(stage))]
    with Sweeper(stage) as sweeper:
        made = 0
        for calls in (WARM, *(round(CONTACTS * share) for share in STRETCHES)):
            callers.make(calls, timeout_s=600 + calls)
            made += calls // SLOTS * SLOTS
            wait_until(lambda: sweeper.swept == made, timeout_s=20, what="the files are taken away")  # noqa: B023
            rows.append((made, measure(stage)))
        files_left = [path for path in stage.spool.rglob("*")]
    with capsys.disabled():
        print("\n" + table(rows))

    warm, last = rows[1][1], rows[-1][1]
    assert [each.pid for each in last] == [each.pid for each in rows[0][1]]  # nobody died or was recycled
    assert files_left == []
    for before, after in zip(warm, last, strict=True):
        assert after.files == before.files
        assert after.sounds <= MOST_SOUNDS
        assert after.threads == before.threads
        assert after.rss_kb - before.rss_kb <= GROWTH_KB, (before, after)  # a copied page counts once before and after


@pytest.mark.timeout(3600)
def test_contacts_when_each_goes_the_whole_way_leave_nothing_behind(
    make_stage: Callable[..., Stage], capsys: pytest.CaptureFixture[str]
) -> None:
    stage = make_stage(recycle_after=10**9)
    voices = stage.party(), stage.party(), stage.party()
    rows: list[tuple[int, list[Figures]]] = [(0, measure(stage))]
    with Sweeper(stage):
        for made in range(1, WARM_WHOLE + WHOLE + 1):
            whole_way(stage, *voices)
            if made == WARM_WHOLE or made == WARM_WHOLE + WHOLE:
                rows.append((made, measure(stage)))
    with capsys.disabled():
        print("\n" + table(rows))
    warm, last = rows[1][1], rows[-1][1]
    for before, after in zip(warm, last, strict=True):
        assert (after.pid, after.files, after.threads) == (before.pid, before.files, before.threads)
        assert after.sounds <= MOST_SOUNDS
        assert after.rss_kb - before.rss_kb <= GROWTH_KB, (before, after)


def whole_way(stage: Stage, customer: RtpParty, agent: RtpParty, other: RtpParty) -> None:
    """Queue, an agent who is busy, another who answers, hold, transfer, the customer hangs up."""
    board = stage.switchboard
    caller, contact = stage.into_queue(customer)
    stage.offer(contact, number=1).reply(486)
    board.wait_event(contact, AgentMissed)
    phone = stage.offer(contact, number=2)
    phone.media_port = agent.port
    phone.answer()
    board.wait_event(contact, AgentConnected)
    phone.reinvite("sendonly")
    board.wait_event(contact, CustomerHeld)
    phone.reinvite("sendrecv")
    board.wait_event(contact, CustomerResumed)
    board.command(TransferContact(contact=contact, target="103"))
    stage.peer.wait_call("103", media_port=other.port).answer()
    following = board.wait_event(contact, ContactTransferred).next
    board.wait_event(following, AgentConnected)
    caller.bye()
    board.wait_released(contact)
    board.wait_released(following)
    stage.peer.calls.clear()


def measure(stage: Stage) -> list[Figures]:
    """Zygote, its servants and every contact process, in the order of their ids; not the programs a servant runs."""
    root = stage.zygote.pid
    pids = sorted(member.pid for member in stage.members() if root in (member.pid, member.parent))
    return [figures(pid) for pid in pids]


def table(rows: list[tuple[int, list[Figures]]]) -> str:
    """For people: contacts, then RSS kB / PSS kB / private kB / descriptors / sounds / threads of each process."""
    lines = ["contacts  " + "  ".join(f"{each.pid:>22}" for each in rows[0][1])]
    for made, found in rows:
        cells = (f"{e.rss_kb}/{e.pss_kb}/{e.private_kb}/{e.files}/{e.sounds}/{e.threads}" for e in found)
        lines.append(f"{made:>8}  " + "  ".join(f"{cell:>22}" for cell in cells))
    return "\n".join(lines)
