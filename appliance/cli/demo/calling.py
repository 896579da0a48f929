"""One real call through every station of a box and on to the console, watched and verified step by step.

A complete box runs on loopback in a folder of its own; two softphones register, one calls the branch number and gets to
the other through menu, queue and offer. Says nothing that it has not checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from appliance.cli.box import Box
from appliance.cli.demo.cloud_side import DemoConsole
from appliance.cli.softphone.audio import Sound
from appliance.cli.softphone.baresip import Baresip
from appliance.cli.softphone.ports import PortBlock
from appliance.cli.softphone.processes import wait_until
from appliance.cli.switchboard import Switchboard
from appliance.records.facts import RecordingFacts, check_recording

BRANCH = "+12025550100"
CALLER, AGENT, QUEUE = "102", "101", "sales"
CALLER_HZ, AGENT_HZ = 440.0, 660.0
CAPACITY = 4
CONSOLE_S = 60.0
RTP_PORTS = 16
_CONFIG = """\
[box]
name = "demo"
region = "US"
data_dir = "{data}"
run_dir = "{run}"

[edge]
address = "127.0.0.1"
port = {port}
internal_port = {internal}

[contacts]
capacity = {capacity}
sip_port = {sip}
rtp_port = {rtp}

[recording]
reserve_mb = 10

[[numbers]]
number = "{branch}"
flow = "branch"
"""


class Demonstration:
    """The running box, its two phones, and what has been found true so far."""

    def __init__(self, folder: Path, ports: PortBlock, run: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._ports = ports
        self._say = say
        self.checks: dict[str, bool] = {}
        self.config = folder / "linekeeper.toml"
        self._port = ports.take()
        self.config.write_text(
            _CONFIG.format(
                data=folder / "data",
                run=run,
                port=self._port,
                internal=ports.take(),
                capacity=CAPACITY,
                sip=ports.take(CAPACITY),
                rtp=ports.take_even(CAPACITY * RTP_PORTS),
                branch=BRANCH,
            )
        )
        self.box = Box(self.config, tell=lambda line: say(f"  {line}"), logs=folder)
        self._switchboard = Switchboard(self.config)

    def call(self, op: str, **args: object) -> Any:
        """An operation of the switchboard."""
        return self._switchboard.call(op, **args)

    def check(self, claim: str, true: bool) -> None:
        """Note that `claim` was looked at, and say what was found."""
        self.checks[claim] = true
        self._say(f"  {'✓' if true else '✗'} {claim}")

    def set_up(self, opened: ExitStack) -> tuple[Baresip, Baresip]:
        """Queue, agent and two registered phones: (caller, agent)."""
        self.call("queue.add", queue=QUEUE, name="Sales", ring_timeout_s=20.0, wrap_up_s=2.0)
        phones = [opened.enter_context(self._phone(*who)) for who in ((CALLER, CALLER_HZ), (AGENT, AGENT_HZ))]
        self.call("agent.add", agent="kim", name="Kim", extension=AGENT, queues=[QUEUE])
        for phone in phones:
            phone.wait_registered()
        self.check("caller and agent are registered with the edge (digest)", True)
        return phones[0], phones[1]

    def _phone(self, extension: str, tone_hz: float) -> Baresip:
        password = self.call("extension.add", extension=extension)["password"]
        return Baresip(
            self._folder / f"phone-{extension}",
            self._ports,
            user=extension,
            password=password,
            registrar=f"127.0.0.1:{self._port}",
            tone_hz=tone_hz,
        )

    def menu(self, caller: Baresip) -> str:
        """Call the branch, hear the menu, press 1. Returns the contact."""
        self._say(f"{CALLER} calls the branch number {BRANCH}")
        caller.dial(BRANCH)
        caller.wait_for("CALL_ESTABLISHED")
        contact = str(self._wait(lambda: self.call("contact.list", open=True), "a contact")[0]["contact"])
        caller.wait_heard(lambda sound: sound.duration_s > 1 and sound.part(-1.0).rms() > 300, what="the prompt")
        self.check("the caller hears the menu prompt", True)
        self._event(contact, "FlowActionTaken", action_type="MessageParticipant")
        caller.send_digits("1")
        chosen = self._event(contact, "FlowActionTaken", action_type="GetParticipantInput")
        self.check("key 1 (RFC 4733) chooses the queue", chosen["result"] == "1")
        return contact

    def wait_in_queue(self, caller: Baresip, contact: str) -> None:
        """Music and position, nobody available yet."""
        self._event(contact, "ContactQueued", queue=QUEUE)
        before = caller.heard().duration_s
        caller.wait_heard(
            lambda sound: sound.duration_s > 6 and sound.part(-1.0).rms() > 100,
            since_s=before,
            timeout_s=20,
            what="music",
        )
        self.check("the caller waits with position announcement and music", True)
        show = self.call("status").get("queues", [])
        self.check("the queue holds one contact", any(row.get("contacts_in_queue") == 1 for row in show))

    def talk(self, caller: Baresip, agent: Baresip, contact: str, seconds: float) -> None:
        """The agent becomes available, is offered the contact, they talk, the caller hangs up."""
        self._say("agent kim becomes Available")
        self.call("agent.status", agent="kim", status="Available")
        agent.wait_for("CALL_INCOMING", timeout_s=15)
        self.check("the agent's phone rings", True)
        agent.answer()
        self._event(contact, "AgentConnected", agent="kim")
        for phone, tone_hz, who in ((caller, AGENT_HZ, "caller hears agent"), (agent, CALLER_HZ, "agent hears caller")):
            phone.wait_heard(partial(_ends_with_tone, tone_hz), what=who)
            self.check(f"the {who}", True)
        self._say(f"they talk for {seconds:g} s")
        time.sleep(seconds)
        caller.hang_up()
        self._event(contact, "ContactClosed", timeout_s=30)

    def join(self, console: DemoConsole) -> None:
        """The box gets its identity from the console, by a one-time code."""
        joined = console.enrol(self.config)
        self.check(f"the box has joined the console as branch {joined['branch']} (mutual TLS)", bool(joined["box"]))

    def on_console(self, console: DemoConsole, record: dict[str, Any]) -> None:
        """The same contact reaches the console: record, page, recording."""
        contact = record["ContactId"]
        shown = console.contact(contact, when=lambda found: found["record"] == record, timeout_s=CONSOLE_S)
        self.check("the console has the very same contact record", shown["record"] == record)
        told = [event["body"]["type"] for event in shown["events"]]
        self.check("and every event of the contact", told[0] == "ContactInitiated" and told[-1] == "ContactClosed")
        self.check("its page is there for who signs in (password and second factor)", console.shows(contact))
        shown = console.contact(contact, when=_has_recording, timeout_s=CONSOLE_S)
        self.check("its recording is stored there, sealed and verified", _has_recording(shown))

    def verify(self, contact: str, seconds: float) -> tuple[dict[str, Any], RecordingFacts | None]:
        """The contact record and its recording, checked against what happened."""
        record: dict[str, Any] = self.call("contact.show", contact=contact)["record"]
        self.check("the record says who, where and why", _record_is_right(record))
        rows = [row for row in self.call("recording.list") if row["contact"] == contact and row.get("path")]
        if not rows:
            self.check("a recording exists", False)
            return record, None
        path = self.box.paths.recordings / rows[0]["path"]
        facts = check_recording(path, sha256=rows[0]["sha256"])
        self.check(f"the recording is a valid stereo file of {facts.duration_s:.1f} s", self._whole(facts, seconds))
        self.check(f"customer's side is not silent ({facts.customer_dbfs:.0f} dBFS)", facts.customer_heard)
        self.check(f"agent's side is not silent ({facts.agent_dbfs:.0f} dBFS)", facts.agent_heard)
        return record, facts

    @staticmethod
    def _whole(facts: RecordingFacts, seconds: float) -> bool:
        return facts.valid and facts.channels == 2 and seconds <= facts.duration_s <= seconds + 15

    def _event(self, contact: str, kind: str, *, timeout_s: float = 20.0, **fields: object) -> dict[str, Any]:
        def found() -> dict[str, Any] | None:
            events = self.call("contact.show", contact=contact)["events"]
            bodies = [event.get("body", event) for event in events]
            return next((body for body in bodies if body["type"] == kind and fields.items() <= body.items()), None)

        event = self._wait(found, f"{kind} of {contact}", timeout_s)
        return dict(event)

    @staticmethod
    def _wait(found: Callable[[], Any], what: str, timeout_s: float = 20.0) -> Any:
        return wait_until(found, timeout_s=timeout_s, what=what)


def _music_plays(sound: Sound) -> bool:
    return sound.duration_s > 6 and sound.part(-1.0).rms() > 100


def _ends_with_tone(tone_hz: float, sound: Sound) -> bool:
    return sound.duration_s > 0.5 and sound.part(-0.4).has_tone(tone_hz)


def _has_recording(shown: dict[str, Any]) -> bool:
    states = [(recording["state"], recording["sealed"]) for recording in shown["recordings"]]
    return ("stored", True) in states


def _record_is_right(record: dict[str, Any]) -> bool:
    agent, queue = record["Agent"] or {}, record["Queue"] or {}
    return (
        record["InitiationMethod"] == "INBOUND"
        and record["DisconnectReason"] == "CUSTOMER_DISCONNECT"
        and record["SystemEndpoint"]["Address"] == BRANCH
        and agent.get("Username") == "kim"
        and agent.get("AgentInteractionDuration", 0) >= 1
        and queue.get("Name") is not None
        and record["Attributes"].get("department") == QUEUE
    )
