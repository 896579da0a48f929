"""The numbers of a real call: by command, to Prometheus and on the board, while it lasts and afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kit.box import RunningBox
from kit.ports import PortBlock
from kit.talk import AGENT_HZ, CUSTOMER_HZ, PhoneMaker, put_through
from prometheus_client.parser import text_string_to_metric_families

pytestmark = pytest.mark.scenario
Json = dict[str, Any]


def linekeeper(box: RunningBox, *words: str) -> Json:
    """A command's JSON document."""
    argv = [str(Path(sys.executable).with_name("linekeeper")), *words, "--json", "--config", str(box.config)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    found: Json = json.loads(done.stdout)
    return found


def scraped(port: int) -> dict[tuple[str, str], float]:
    """By name and the values of the labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_when_a_real_call_is_answered_then_every_way_tells_the_same(
    make_box: Callable[..., RunningBox], phone: PhoneMaker, agent_phone: PhoneMaker, ports: PortBlock
) -> None:
    port = ports.take()
    box = make_box(extra=f'[metrics]\nlisten = "127.0.0.1:{port}"\n')
    agent = agent_phone(box, "ann", "201", tone_hz=AGENT_HZ)
    customer = phone(box, "101", tone_hz=CUSTOMER_HZ)
    contact = put_through(box, customer, agent)
    now = scraped(port)
    assert now["linekeeper_queue_agents_on_contact", "sales"] == 1
    assert now["linekeeper_contacts", "connected"] == 1
    assert now["ConcurrentCalls", "VoiceCalls"] == 1
    assert now["linekeeper_phones_registered", ""] == 2
    assert now["linekeeper_edge_up", ""] == 1
    board = linekeeper(box, "top")
    assert [(row["contact"], row["stage"], row["agent"]) for row in board["under_way"]] == [
        (contact, "connected", "ann")
    ]
    assert (linekeeper(box, "metrics", "--now"))["rows"][0]["values"]["AGENTS_ON_CONTACT"] == 1
    customer.hang_up()
    agent.wait_for("CALL_CLOSED")
    record = box.wait_closed(contact)
    names = "CONTACTS_HANDLED,SERVICE_LEVEL,SUM_INTERACTION_TIME,AGENT_ANSWER_RATE,AVG_QUEUE_ANSWER_TIME"
    (row,) = linekeeper(box, "metrics", "--by", "queue", "--where", "queue=sales", "--metric", names)["rows"]
    assert row["values"] == {
        "CONTACTS_HANDLED": 1,
        "SERVICE_LEVEL_20": 100.0,
        "SUM_INTERACTION_TIME": record["Agent"]["AgentInteractionDuration"],
        "AGENT_ANSWER_RATE": 100.0,
        "AVG_QUEUE_ANSWER_TIME": record["Queue"]["Duration"],
    }
