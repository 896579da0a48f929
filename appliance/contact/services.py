"""What every contact of a process shares: built once by the process, passed in, never looked up."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pjsua2 as pj

from appliance.clock import Clock
from appliance.contact.directory import Directory
from appliance.contact.engine import Engine
from appliance.contact.functions.client import FunctionsClient
from appliance.contact.link import Link
from appliance.contact.media.prompts import Prompts
from appliance.contact.settings import ContactSettings
from appliance.contact.timers import Timers
from appliance.dialplan import DialPlan, FlowPlan, QueuePlan
from appliance.errors import FlowError
from appliance.features import BOX_FUNCTION_NAMES
from appliance.flow.document import parse
from appliance.flow.facts import Library, QueueFacts
from appliance.flow.model import Flow, FlowType
from appliance.flow.parts import Parts, decode_parts
from appliance.ids import FlowId, SlotId

_log = logging.getLogger(__name__)


class FlowShelf:
    """Published flows, read once per content; the zygote fills it before forking."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._flows: dict[tuple[FlowId, str], Flow] = {}

    def take(self, plan: FlowPlan) -> Flow | None:
        """The flow of `plan`, None (and a line in the log) where its file is missing or broken."""
        key = (plan.flow, plan.sha256)
        if key not in self._flows:
            path = self._folder / f"{plan.sha256}.json"
            try:
                self._flows[key] = parse(path.read_bytes(), name=plan.flow, flow_type=FlowType(plan.flow_type))
            except (OSError, ValueError, FlowError) as error:
                _log.error("flow %s can't be read from %s: %s; install it again", plan.flow, path, error)
                return None
        return self._flows[key]

    def parts(self, sha256: str) -> Parts:
        """The parts of a plan; none (and a line in the log) where their file is missing or broken."""
        path = self._folder / f"{sha256}.json"
        try:
            return decode_parts(path.read_bytes()) if sha256 else Parts()
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.error("hours, bots, prompts and map can't be read from %s: %s; install them again", path, error)
            return Parts()


class ShelvedFlows(Mapping[str, Flow]):
    """Flows of a plan by name, each read when it is first asked for; a broken one isn't there.

    A plan's files stay until no contact needs them (`appliance.switchboard.publication.pruning`).
    """

    def __init__(self, plans: Mapping[str, FlowPlan], shelf: FlowShelf) -> None:
        self._plans = plans
        self._shelf = shelf

    def __getitem__(self, name: str) -> Flow:
        flow = self._shelf.take(self._plans[name])
        if flow is None:
            raise KeyError(name)
        return flow

    def __iter__(self) -> Iterator[str]:
        return (name for name, plan in self._plans.items() if self._shelf.take(plan) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A dial plan with the flows it names, read and ready."""

    plan: DialPlan
    library: Library


class PlanReader:
    """The published dial plan, read again only when its file was replaced. Keeps the last good one."""

    def __init__(self, path: Path, shelf: FlowShelf) -> None:
        self._path = path
        self._shelf = shelf
        self._seen: tuple[int, int] | None = None
        self._published = Published(plan=DialPlan(), library=Library())

    def read(self) -> Published:
        """What is published now, else what was last."""
        try:
            stat = self._path.stat()
            if (stat.st_ino, stat.st_mtime_ns) != self._seen:
                plan = msgspec.json.decode(self._path.read_bytes(), type=DialPlan)
                self._published = Published(plan=plan, library=build_library(plan, self._shelf))
                self._seen = (stat.st_ino, stat.st_mtime_ns)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.error("dial plan %s can't be read (%s); the last good one stays", self._path, error)
        return self._published


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One per process."""

    settings: ContactSettings
    slot: SlotId
    engine: Engine
    account: pj.Account
    direct: pj.Account  # past the edge, to other contact processes
    timers: Timers
    link: Link
    functions: FunctionsClient
    prompts: Prompts
    clock: Clock
    plans: PlanReader
    directory: Directory
    spool: Path


def build_library(plan: DialPlan, shelf: FlowShelf) -> Library:
    """Everything that flows of this plan can name, under its names and ARNs."""
    parts = shelf.parts(plan.parts)
    flows = {str(name): entry for name, entry in plan.flows.items() if entry.flow_type != FlowType.MODULE}
    modules = {str(name): entry for name, entry in plan.flows.items() if entry.flow_type == FlowType.MODULE}
    arns = {
        entry.arn: str(name) for entries in (plan.flows, plan.queues) for name, entry in entries.items() if entry.arn
    }
    return Library(
        flows=ShelvedFlows(flows, shelf),
        modules=ShelvedFlows(modules, shelf),
        queues={str(name): _queue_facts(entry) for name, entry in plan.queues.items()},
        hours=parts.hours,
        agents={str(agent): agent for agent in (*plan.extensions.values(), *plan.agents) if agent is not None},
        functions={**BOX_FUNCTION_NAMES, **plan.functions},
        bots=parts.bots,
        prompts=parts.prompts,
        names={**arns, **parts.names},
        plan=plan,
    )


def _queue_facts(entry: QueuePlan) -> QueueFacts:
    return QueueFacts(queue=entry.queue, arn=entry.arn, hours=entry.hours, caller_id=entry.caller_id)
