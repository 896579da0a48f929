"""Administration while no switchboard runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.config.contact_settings import box_paths
from appliance.config.schema import Box, Configuration
from appliance.edge.subscribers import list_subscribers
from appliance.errors import RequestError
from appliance.store.failures import StoreLockedError
from appliance.store.store import Store
from appliance.switchboard.api import offline


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    return Configuration(box=Box(data_dir=tmp_path / "data", run_dir=tmp_path / "run"))


def test_offline_when_changing_then_store_edge_and_plan_follow(configuration: Configuration) -> None:
    paths = box_paths(configuration)
    offline.call(configuration, "extension.add", {"extension": "101", "password": "secret-1"})
    offline.call(configuration, "queue.add", {"queue": "sales"})
    offline.call(configuration, "agent.add", {"agent": "kim", "extension": "101", "queues": ["sales"]})
    assert list_subscribers(paths) == ("101",)
    plan = json.loads(paths.dial_plan.read_bytes())
    assert plan["extensions"] == {"101": "kim"}
    assert set(plan["flows"]) >= {"branch", "customer_queue"}
    assert [row["agent"] for row in offline.call(configuration, "agent.list", {})] == ["kim"]


def test_offline_when_refused_then_nothing_is_changed(configuration: Configuration) -> None:
    with pytest.raises(RequestError, match="reserved for emergency calls"):
        offline.call(configuration, "extension.add", {"extension": "112"})
    with pytest.raises(RequestError, match="no operation 'status'"):
        offline.call(configuration, "status", {})
    assert offline.call(configuration, "extension.list", {}) == []


def test_offline_when_a_switchboard_has_the_store_then_is_refused(configuration: Configuration) -> None:
    paths = box_paths(configuration)
    paths.make()
    with Store.open(paths.store), pytest.raises(StoreLockedError, match="stop it first"):
        offline.call(configuration, "queue.list", {})


def test_offline_when_folders_cannot_be_made_then_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, no folder")
    blocked = Configuration(box=Box(data_dir=tmp_path / "data", run_dir=tmp_path / "run"))
    with pytest.raises(RequestError, match=r"change box\.data_dir") as caught:
        offline.call(blocked, "queue.list", {})
    assert caught.value.kind == "disk"
