"""Both links carry the same requests, and turn every fault into an EdgeError."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.edge.requests import RegistrationState, counters, end_dialog, registered_contacts, trunk_registrations
from appliance.edge.rpc import AsyncEdgeLink, EdgeLink, Request
from appliance.errors import EdgeError

Run = Callable[[Path, Request[Any]], Any]


def blocking(path: Path, request: Request[Any]) -> Any:
    return EdgeLink(path, timeout_s=0.3).run(request)


def on_a_loop(path: Path, request: Request[Any]) -> Any:
    return asyncio.run(AsyncEdgeLink(path, timeout_s=0.3).run(request))


@pytest.fixture(params=[blocking, on_a_loop])
def run(request: pytest.FixtureRequest) -> Run:
    return request.param


class Kamailio:
    """Answers datagrams as `answers` says: by method, or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, list[Any]]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(65535)
            if data == b"stop":
                return
            question = json.loads(data)
            self.asked.append((question["method"], question["params"]))
            answer = self.answers.get(question["method"])
            if isinstance(answer, bytes):
                self._socket.sendto(answer, sender)
            elif answer is not None:
                self._socket.sendto(json.dumps(answer | {"jsonrpc": "2.0", "id": question["id"]}).encode(), sender)

    def stop(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"stop", str(self.path))
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def kamailio(tmp_path: Path) -> Iterator[Kamailio]:
    fake = Kamailio(tmp_path / "rpc.sock")
    yield fake
    fake.stop()


def test_run_when_socket_is_missing_then_edge_error(run: Run, tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match="is the edge running"):
        run(tmp_path / "nothing", counters())


def test_run_when_nobody_listens_then_edge_error(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "left-over"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as gone:
        gone.bind(str(path))
    with pytest.raises(EdgeError, match="is the edge running"):
        run(path, counters())


def test_run_when_silent_then_edge_error(run: Run, kamailio: Kamailio) -> None:
    with pytest.raises(EdgeError, match="it is silent"):
        run(kamailio.path, counters())


def test_run_when_answer_is_no_json_then_edge_error(run: Run, kamailio: Kamailio) -> None:
    kamailio.answers["cnt.grp_get_all"] = b"<html>"
    with pytest.raises(EdgeError, match="is no JSON"):
        run(kamailio.path, counters())


def test_run_when_refused_then_edge_error_with_reason(run: Run, kamailio: Kamailio) -> None:
    kamailio.answers["cnt.grp_get_all"] = {"error": {"code": 500, "message": "no such group"}}
    with pytest.raises(EdgeError, match=r"refuses cnt\.grp_get_all: no such group"):
        run(kamailio.path, counters())


def test_counters_when_answered_then_numbers(run: Run, kamailio: Kamailio) -> None:
    kamailio.answers["cnt.grp_get_all"] = {"result": {"refused_contacts": 3, "floods": 0, "of_a_later_version": 1}}
    assert run(kamailio.path, counters()).refused_contacts == 3


@pytest.mark.parametrize("error", [{"code": 404, "message": "Not found"}, {"code": 500, "message": "x not found"}])
def test_registered_contacts_when_there_are_none_then_empty(
    run: Run, kamailio: Kamailio, error: dict[str, Any]
) -> None:
    kamailio.answers["ul.dump"] = {"error": error}
    assert run(kamailio.path, registered_contacts()) == ()


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (20, RegistrationState.REGISTERED),
        (18, RegistrationState.TRYING),
        (24, RegistrationState.TRYING),
        (16, RegistrationState.FAILED),
        (17, RegistrationState.DISABLED),
    ],
)
def test_trunk_registrations_when_answered_then_state(
    run: Run, kamailio: Kamailio, flags: int, state: RegistrationState
) -> None:
    kamailio.answers["uac.reg_dump"] = {"result": [{"l_uuid": "office", "flags": flags, "diff_expires": -4}]}
    (found,) = run(kamailio.path, trunk_registrations())
    assert (found.trunk, found.state, found.expires_s) == ("office", state, 0)


def test_end_dialog_when_some_have_ended_then_only_the_others_are_ended(run: Run, kamailio: Kamailio) -> None:
    dialogs = [{"h_entry": 1, "h_id": number, "call-id": "c@x", "state": state} for number, state in ((1, 5), (2, 4))]
    kamailio.answers |= {"dlg.list_match": {"result": dialogs}, "dlg.end_dlg": {"result": {}}}

    assert run(kamailio.path, end_dialog("c@x")) == 1
    assert kamailio.asked == [("dlg.list_match", ["callid", "eq", "c@x"]), ("dlg.end_dlg", [1, 2])]
