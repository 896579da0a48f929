"""The process that makes sounds for all contact processes: one order at a time per thread, the rest waits in line.

Forked by the zygote, alone with its programs: a contact process never starts one and never waits. An order that
several ask for is made once. What nobody has asked for yet is made by a thread of its own, at the lowest priority.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import selectors
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from appliance.contact.settings import ContactSettings
from appliance.contact.speech.programs import NICE_AHEAD, Patience, lower
from appliance.contact.speech.wire import LONGEST_PACKET, Reply, Request
from appliance.contact.speech.workshop import Workshop, open_workshop

LIMIT_S = 20.0  # one order; whoever asked has given up by then
MOST_WAITING = 100
BACKLOG = 200
_GIVEN_UP = "nobody waits for it any more"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Job:
    """One order under way and who waits for it."""

    request: Request
    waiting: list[socket.socket] = field(default_factory=list)


class Studio:
    """Takes orders on a Unix socket and answers each when its file is there."""

    def __init__(self, path: Path, workshop: Workshop, parallel: int) -> None:
        self._workshop = workshop
        self._parallel = parallel
        self._orders: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[_Job, Reply] | None] = queue.SimpleQueue()
        self._jobs: dict[str, _Job] = {}
        self._clients: set[socket.socket] = set()
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake = socket.socketpair()
        self._listener = _listen(path)

    def run(self) -> None:
        """Until stopped or killed."""
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._wake[0], selectors.EVENT_READ, self._answer)
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._parallel)]
        for thread in threads:
            thread.start()
        while not self._stopping:
            for key, _ in self._selector.select():
                key.data(key.fileobj)
        for _ in threads:
            self._orders.put(None)
        for thread in threads:
            thread.join()
        self._close()

    def stop(self) -> None:
        """Let `run` return when what is being made is done. From any thread, once."""
        self._done.put(None)
        self._wake[1].send(b".")

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            client, _ = listener.accept()
            client.setblocking(False)
            self._clients.add(client)
            self._selector.register(client, selectors.EVENT_READ, self._read)

    def _read(self, client: socket.socket) -> None:
        """An order, or the end of somebody's patience."""
        try:
            packet = client.recv(LONGEST_PACKET)
        except OSError:
            packet = b""
        if not packet:
            self._leave(client)
            return
        try:
            self._order(msgspec.json.decode(packet, type=Request), client)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _reply(client, Reply(fault=f"this is no order: {error}"))

    def _order(self, request: Request, client: socket.socket) -> None:
        job = self._jobs.get(request.key)
        if job is None and len(self._jobs) >= MOST_WAITING:
            _reply(client, Reply(fault=f"{MOST_WAITING} sounds are waiting to be made; the box is overloaded"))
            return
        if job is None:
            job = self._jobs[request.key] = _Job(request)
            self._orders.put(job)
        job.waiting.append(client)

    def _leave(self, client: socket.socket) -> None:
        self._selector.unregister(client)
        self._clients.remove(client)
        for job in self._jobs.values():
            if client in job.waiting:
                job.waiting.remove(client)
        client.close()

    def _work(self) -> None:
        while (job := self._orders.get()) is not None:
            # Nobody waits any more when the caller hung up before it was its turn.
            reply = self._make(job.request) if job.waiting else Reply(fault=_GIVEN_UP)
            self._done.put((job, reply))
            self._wake[1].send(b".")

    def _make(self, request: Request) -> Reply:
        try:
            reply = self._workshop.make(request, Patience(LIMIT_S))
        except Exception:  # a fault of ours over one message must not silence all the others
            _log.exception("a sound can't be made")
            return Reply(fault="the studio failed over a message; see its log")
        if reply.fault:
            _log.warning("a sound can't be made: %s", reply.fault)
        return reply

    def _answer(self, wake: socket.socket) -> None:
        wake.recv(1)
        done = self._done.get()
        if done is None:
            self._stopping = True
            return
        job, reply = done
        if job.waiting and reply.fault == _GIVEN_UP:  # somebody came just when it was dropped
            self._orders.put(job)
            return
        del self._jobs[job.request.key]
        for client in job.waiting:
            _reply(client, reply)

    def _close(self) -> None:
        for client in [*self._clients, self._listener, *self._wake]:
            client.close()
        self._selector.close()


def serve(settings: ContactSettings) -> None:
    """The life of the studio, after the fork."""
    with contextlib.suppress(OSError):
        lower(os.getpid())  # contact processes stand above, for their media clocks
    try:
        workshop = open_workshop(settings)
        threading.Thread(target=_work_ahead, args=(workshop, settings), daemon=True).start()
        Studio(settings.speech_socket, workshop, settings.speech.parallel).run()
    except Exception:
        _log.exception("the studio failed; messages are not spoken until it is there again")
    finally:
        logging.shutdown()
        os._exit(1)


def _work_ahead(workshop: Workshop, settings: ContactSettings) -> None:
    """A thread's life."""
    # These load the bindings of SIP, which a studio on its own does without.
    from appliance.contact.services import FlowShelf, PlanReader
    from appliance.contact.speech.ahead import Ahead

    with contextlib.suppress(OSError):
        lower(threading.get_native_id(), NICE_AHEAD)
    plan = Path(settings.dial_plan)
    plans = PlanReader(plan, FlowShelf(Path(settings.flows)))
    Ahead(workshop, Path(settings.prompts), plan, plans, settings.language).run()


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path.unlink(missing_ok=True)
    listener.bind(str(path))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _reply(client: socket.socket, reply: Reply) -> None:
    with contextlib.suppress(OSError):  # gone meanwhile: its end is read next
        client.send(msgspec.json.encode(reply))
