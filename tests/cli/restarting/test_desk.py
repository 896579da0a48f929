"""The restart socket of a box without systemd, with real children; and the sync service's question to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cli.test_supervisor import DEAD, journal, plan

from appliance.cli.child import ChildPlan, ChildState
from appliance.cli.restarting.desk import CHILDREN, RestartDesk
from appliance.cli.supervisor import Supervisor
from appliance.cloud.orders import BoxService
from appliance.errors import RequestError
from appliance.sync.down.restarting import named, restart

FLAKY = """
import os, sys
if os.path.exists(sys.argv[1] + ".broken"):
    raise SystemExit(7)
"""


@contextmanager
def desk_of(*plans: ChildPlan, path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(plans)
    desk = RestartDesk(path, supervisor)
    supervisor.start()
    try:
        desk.open()
        yield supervisor
    finally:
        supervisor.request_stop()
        desk.close()
        supervisor.stop()


def asked(path: Path, service: BoxService) -> str:
    return asyncio.run(restart(path, service, order=3))


def test_service_when_asked_for_then_a_new_process_serves_before_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "restart.sock"
    with desk_of(plan("switchboard", tmp_path), plan("edge", tmp_path), path=path) as supervisor:
        first, other = supervisor.pid("edge"), supervisor.pid("switchboard")
        assert asked(path, BoxService.EDGE) == "edge serves again (edge)"
        assert supervisor.pid("edge") not in (None, first)
        assert supervisor.pid("switchboard") == other
        assert [child.restarts for child in supervisor.children] == [0, 1]
        assert journal(tmp_path) == ["start switchboard", "start edge", "stop edge", "start edge"]
        assert path.stat().st_mode & 0o007 == 0
    assert not path.exists()


def test_service_when_it_has_several_processes_then_each_is_restarted(tmp_path: Path) -> None:
    path = tmp_path / "restart.sock"
    with desk_of(plan("line-a", tmp_path), plan("line-b", tmp_path), plan("edge", tmp_path), path=path) as supervisor:
        assert asked(path, BoxService.LINE) == "line serves again (line-a, line-b)"
        assert [child.restarts for child in supervisor.children] == [1, 1, 0]


def test_service_when_it_does_not_start_again_then_failed_and_it_is_tried_on(tmp_path: Path) -> None:
    path = tmp_path / "restart.sock"
    serving = plan("edge", tmp_path)
    program = FLAKY + serving.command[3]
    flaky = plan("edge", tmp_path, program)
    with desk_of(flaky, plan("sync", tmp_path), path=path) as supervisor:
        (tmp_path / "journal.broken").touch()
        with pytest.raises(RequestError, match="edge did not start: exit status 7"):
            asked(path, BoxService.EDGE)
        (tmp_path / "journal.broken").unlink()
        assert asked(path, BoxService.EDGE) == "edge serves again (edge)"
        assert supervisor.children[1].state is ChildState.READY


def test_service_when_the_box_has_none_then_told(tmp_path: Path) -> None:
    path = tmp_path / "restart.sock"
    with desk_of(plan("edge", tmp_path), path=path):
        for service in (BoxService.PANEL, BoxService.HEADSET, BoxService.SWITCHBOARD):
            with pytest.raises(RequestError, match=f"this box runs no {service}"):
                asked(path, service)
    assert set(BoxService) - set(CHILDREN) == {BoxService.PANEL}


def test_service_when_the_box_stops_meanwhile_then_told(tmp_path: Path) -> None:
    path = tmp_path / "restart.sock"
    told: list[str] = []

    def ask() -> None:
        try:
            asked(path, BoxService.EDGE)
        except RequestError as error:
            told.append(str(error))

    mute = FLAKY.replace("raise SystemExit(7)", "import signal; signal.pause()")
    with desk_of(plan("edge", tmp_path, mute + plan("edge", tmp_path).command[3]), path=path) as supervisor:
        (tmp_path / "journal.broken").touch()
        asking = threading.Thread(target=ask)
        asking.start()
        while supervisor.children[0].state is not ChildState.STARTING:  # it is being restarted, and will never be ready
            threading.Event().wait(0.01)
    asking.join(20)
    assert told == ["edge does not serve: the box stops"]


def test_restart_when_nobody_may_then_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"nobody on this box may restart edge: .*'linekeeper install' again"):
        asked(tmp_path / "none.sock", BoxService.EDGE)


@pytest.mark.parametrize("service", ["", "moon", "edge.service", "EDGE", "../edge"])
def test_name_when_it_is_no_service_then_the_list(service: str) -> None:
    with pytest.raises(RequestError, match="there are switchboard, edge, sync, "):
        named(service)


def test_supervisor_when_it_has_ended_then_no_restart(tmp_path: Path) -> None:
    supervisor = Supervisor([plan("edge", tmp_path, DEAD)])
    desk = RestartDesk(tmp_path / "restart.sock", supervisor)
    with pytest.raises(Exception, match="the box doesn't run"):
        desk.restart(BoxService.EDGE)
    desk.close()
